package dev.gatun.graph;

import dev.gatun.graph.language.Elaborated;
import dev.gatun.graph.plan.Planner;
import dev.gatun.memory.Tensor;
import dev.gatun.memory.TensorArena;
import dev.gatun.ops.Backend;
import dev.gatun.ops.Plan;
import dev.gatun.ops.TensorType;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A model with weights, ready to be run or measured by any number of threads. They share the weights and the plans;
 * each call has a session to itself, of which there are at most as many as processors: further callers wait their turn.
 */
public final class Predictor implements AutoCloseable {
  /**
   * Most plans that are kept, here and in each session, those used last: who asks for ever new sizes pays with time,
   * not with memory.
   */
  private static final int MOST_PLANS = 16;

  private final Model model;
  private final Backend machine;
  private final TensorArena arena;
  private final Variables variables;
  private final int threads;
  /** Guarded by itself, for moments only: who makes a plan does not hold up those who want others. */
  private final Recent<Request, Later> plans = new Recent<>(MOST_PLANS, _ -> { });
  private final int seats = Runtime.getRuntime().availableProcessors();
  private final Semaphore turns = new Semaphore(seats, true);
  private final Deque<Seat> idle = new ConcurrentLinkedDeque<>();
  private final AtomicLong runs = new AtomicLong();
  private volatile long seed = 1;

  private record Request(Map<String, Long> sizes, List<String> results) {}

  /**
   * A plan.
   *
   * @param hasCaches whether it wants a session of its own
   * @param turns how many it takes: all if it changes the model's states, which the others read
   */
  private record Planned(Plan plan, boolean hasCaches, int turns) {}

  /** A plan that the first who wants it makes, while others who want it wait. */
  private final class Later {
    private final Request request;
    private Planned planned;

    private Later(Request request) {
      this.request = request;
    }

    private synchronized Planned planned() {
      if (planned == null) {
        planned = make(request);
      }
      return planned;
    }
  }

  /** A session between two calls, with what it has loaded. */
  private record Seat(Session session, Recent<Request, Session.Loaded> loaded) {}

  /**
   * A model with weights from a file.
   *
   * @param parent its memory is counted there
   * @param threads how many threads one run may use; never changes a result
   * @throws CheckpointException if the file is of another model
   */
  public Predictor(Model model, Path weights, Backend machine, TensorArena parent, int threads) throws IOException {
    this.model = model;
    this.machine = machine;
    this.threads = threads;
    this.arena = parent.child("model " + model.name());
    try {
      var types = Model.saved(model.elaborate(false));
      this.variables = new Variables(machine, arena, types);
      Checkpoint.load(weights, variables, types);
    } catch (RuntimeException | IOException e) {
      arena.close();
      throw e;
    }
  }

  /**
   * A model with weights that lie in memory already, such as a trainer's. They stay there: what is written to them
   * shows in the next run.
   *
   * @param weights of the model; kept open by whoever owns them until the predictor is closed
   * @param parent its memory is counted there
   * @param threads how many threads one run may use; never changes a result
   */
  public Predictor(Model model, Variables weights, TensorArena parent, int threads) {
    this.model = model;
    this.machine = weights.machine();
    this.threads = threads;
    this.variables = weights;
    this.arena = parent.child("model " + model.name());
  }

  /**
   * The loss and the recipe's metrics over a data set, as many samples at a time as fit into little memory.
   *
   * @throws IllegalArgumentException if the data set has no samples, or does not fit the model
   */
  public Map<String, Double> evaluate(Dataset data) {
    return evaluate(data, OptionalInt.empty());
  }

  /** The loss and the recipe's metrics over a data set, {@code batch} samples at a time. */
  public Map<String, Double> evaluate(Dataset data, int batch) {
    return evaluate(data, OptionalInt.of(batch));
  }

  private Map<String, Double> evaluate(Dataset data, OptionalInt batch) {
    Trainer.requireSamples(data);
    turns.acquireUninterruptibly();
    try (var own = arena.child("evaluation");
        var session = new Session(machine, own, variables, Map.of(), threads)) {
      return new Scorer(model, machine, session, variables, own, batch).score(data);
    } finally {
      turns.release();
    }
  }

  /** Makes what the model draws depend on another seed than 1, and counts runs from 0 again. */
  public void seed(long other) {
    seed = other;
    runs.set(0);
  }

  /** Parameters and states. */
  public Variables variables() {
    return variables;
  }

  /** The plan of some results (outputs, or names of the model's body) for given sizes; any session may load it. */
  public Plan plan(Map<String, Long> sizes, Collection<String> results) {
    return planned(new Request(Map.copyOf(sizes), List.copyOf(results))).plan();
  }

  private Planned planned(Request wanted) {
    Later later;
    synchronized (plans) {
      later = plans.get(wanted, () -> new Later(wanted));
    }
    try {
      return later.planned();
    } catch (RuntimeException e) {
      synchronized (plans) {
        plans.forget(wanted, later);
      }
      throw e;
    }
  }

  private Planned make(Request request) {
    var plan = planWithin(Planner.UNLIMITED, request);
    boolean hasCaches = plan.buffers().stream().anyMatch(buffer -> buffer.place() == Plan.Place.SESSION);
    return new Planned(plan, hasCaches, plan.writes(Plan.Place.MODEL) ? seats : 1);
  }

  private Plan planWithin(long bytes, Request request) {
    var elaborated = model.elaborate(request.sizes(), false);
    return Planner.plan(elaborated.graph(request.results()), machine, variables.offsets(),
        Variables.offsets(Model.cached(elaborated)), bytes).plan();
  }

  /** Loads a plan, or one that computes values again where that is needed to fit what is free. */
  private Session.Loaded load(Session session, Request request, Plan plan) {
    return session.load(0, room -> plan.memoryBytes() <= room ? plan : planWithin(room, request));
  }

  /**
   * A session for one caller, to run plans again and again without garbage, and to keep the model's caches from run to
   * run. The caches start at their initial values.
   *
   * @param sizes those that the caches depend on, as in the plans that will be loaded, and any for the others
   */
  public Session session(Map<String, Long> sizes) {
    var elaborated = model.elaborate(sizes, false);
    var session = new Session(machine, arena, variables, Model.cached(elaborated), threads);
    elaborated.caches().forEach(cache -> session.caches().write(cache.name(), Initial.values(cache, 0)));
    return session;
  }

  /**
   * Runs the model once. Caches start at their initial values, and are gone afterwards. What the model draws is decided
   * by the seed and by how many runs there were before; where several threads run, chance decides the order of those.
   *
   * @param inputs by name; those that the results need must be there, and tell all free sizes
   * @param results outputs, or names of the model's body
   * @param into owns the tensors returned
   * @return the results, in the order asked for
   * @throws IllegalArgumentException if an input is missing or does not fit
   */
  public Map<String, Tensor> run(Map<String, Tensor> inputs, Collection<String> results, TensorArena into) {
    return run(inputs, results, into, runs.getAndIncrement());
  }

  /** As the other, as run number {@code run}: equal seed, number and inputs give equal results, on any thread. */
  public Map<String, Tensor> run(Map<String, Tensor> inputs, Collection<String> results, TensorArena into, long run) {
    var types = new LinkedHashMap<String, TensorType>();
    inputs.forEach((name, tensor) -> types.put(name, new TensorType(tensor.dtype(), tensor.shape())));
    var sizes = model.sizes(types);
    var request = new Request(sizes, List.copyOf(results));
    var planned = planned(request);
    turns.acquireUninterruptibly(planned.turns());
    try {
      if (planned.hasCaches()) {
        try (var session = session(sizes)) {
          var loaded = load(session, request, planned.plan());
          loaded.seed(seed, run);
          return answer(loaded, inputs, results, into);
        }
      }
      var seat = seat();
      try {
        var loaded = seat.loaded().get(request, () -> load(seat.session(), request, planned.plan()));
        loaded.seed(seed, run);
        return answer(loaded, inputs, results, into);
      } finally {
        idle.push(seat);
      }
    } finally {
      turns.release(planned.turns());
    }
  }

  /** A session that nobody uses. */
  private Seat seat() {
    var seat = idle.poll();
    return seat != null ? seat : new Seat(new Session(machine, arena, variables, Map.of(), threads),
        new Recent<>(MOST_PLANS, Session.Loaded::close));
  }

  private static Map<String, Tensor> answer(Session.Loaded loaded, Map<String, Tensor> inputs,
      Collection<String> results, TensorArena into) {
    loaded.plan().sources().forEach((name, operand) -> {
      boolean given = loaded.plan().buffers().get(operand.buffer()).place() == Plan.Place.PLAN;
      boolean random = name.equals(Elaborated.SEED) || name.equals(Elaborated.RUN);
      if (given && !random) {
        if (!inputs.containsKey(name)) {
          throw new IllegalArgumentException("the model wants the input " + name + ": " + operand.type());
        }
        loaded.set(name, inputs.get(name));
      }
    });
    loaded.run();
    var answers = new LinkedHashMap<String, Tensor>();
    results.forEach(name -> {
      var type = loaded.plan().outputs().get(name).type();
      var tensor = into.allocate(type.dtype(), type.shape());
      loaded.get(name, tensor);
      answers.put(name, tensor);
    });
    return answers;
  }

  /** Waits for the calls that are running; sessions that callers opened must be closed before. */
  @Override
  public void close() {
    turns.acquireUninterruptibly(seats);
    try {
      idle.forEach(seat -> seat.session().close());
      idle.clear();
      arena.close();
    } finally {
      turns.release(seats);
    }
  }
}
