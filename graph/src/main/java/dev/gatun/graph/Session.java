package dev.gatun.graph;

import dev.gatun.graph.language.Elaborated;
import dev.gatun.memory.BudgetException;
import dev.gatun.memory.DType;
import dev.gatun.memory.Shape;
import dev.gatun.memory.Tensor;
import dev.gatun.memory.TensorArena;
import dev.gatun.ops.Backend;
import dev.gatun.ops.Checked;
import dev.gatun.ops.Plan;
import dev.gatun.ops.TensorType;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongFunction;

/**
 * Memory on a machine in which plans run: each loaded plan has a slab of its own, all share the model's variables and
 * this session's caches. One caller at a time; threads that share a plan open a session each. Calls that come at once
 * wait for each other, so that {@link #close} waits for a step that runs.
 */
public final class Session implements AutoCloseable {
  /** Where a plan leaves too little for its kernels, it is made anew for at least this part of it less. */
  private static final int STEPS_DOWN = 16;

  private final Backend machine;
  private final TensorArena arena;
  private final Variables model;
  private final Variables caches;
  private final int threads;
  private final List<Loaded> plans = new ArrayList<>();
  /** Held by whoever uses the memory. Fair: who runs step after step would never let another close. */
  private final ReentrantLock turn = new ReentrantLock(true);
  private boolean closed;
  // Through which single numbers come and go.
  private final Tensor f32;
  private final Tensor f64;
  private final Tensor i32;

  /**
   * A session.
   *
   * @param parent its memory is counted there
   * @param model the parameters and states that plans read and update
   * @param caches the types of tensors that live as long as this session, zero at first
   * @param threads how many threads a run may use; never changes a result
   */
  public Session(Backend machine, TensorArena parent, Variables model, Map<String, TensorType> caches, int threads) {
    this.machine = machine;
    this.arena = parent.child("session");
    this.model = model;
    this.threads = threads;
    try {
      this.caches = new Variables(machine, arena, caches);
      this.f32 = arena.allocate(DType.F32, Shape.SCALAR);
      this.f64 = arena.allocate(DType.F64, Shape.SCALAR);
      this.i32 = arena.allocate(DType.I32, Shape.SCALAR);
    } catch (RuntimeException e) {
      arena.close();
      throw e;
    }
  }

  /** The tensors that live as long as this session. */
  public Variables caches() {
    return caches;
  }

  /**
   * Gives a plan memory and makes it ready to run.
   *
   * @throws IllegalArgumentException if it was made for another machine, or for other variables or caches
   * @throws IllegalStateException if the session is closed
   */
  public Loaded load(Plan plan) {
    enter();
    try {
      return allocated(plan);
    } finally {
      turn.unlock();
    }
  }

  /**
   * Gives memory to a plan that is made for what may still be allocated. What kernels need besides is known only once
   * they are loaded: if that is too much, the plan is made anew for less.
   *
   * @param kept bytes that are to be left
   * @param planned makes the plan for so many bytes, or fails
   * @throws dev.gatun.memory.BudgetException if none fits
   */
  Loaded load(long kept, LongFunction<Plan> planned) {
    long free = arena.freeBytes() - kept - guardBytes();
    long room = free;
    long besides = 0;
    while (true) {
      var plan = plan(planned, room, besides, free);
      long missing;
      try {
        var loaded = load(plan);
        missing = kept - arena.freeBytes();
        if (missing <= 0) {
          return loaded;
        }
        loaded.close();
      } catch (BudgetException full) {
        missing = full.requested() + full.used() - full.limit();
      }
      besides = Math.max(besides, free + missing - plan.memoryBytes());
      room = Math.min(room, plan.memoryBytes()) - Math.max(missing, plan.memoryBytes() / STEPS_DOWN);
    }
  }

  /** @param besides bytes that the kernels of a larger plan were seen to need beside it */
  private static Plan plan(LongFunction<Plan> planned, long room, long besides, long free) {
    try {
      return planned.apply(room);
    } catch (BudgetException refused) {
      throw besides == 0 ? refused : refused.withKernels(besides, free);
    }
  }

  private static long guardBytes() {
    return Checked.on() ? Checked.GUARD : 0;
  }

  /** Frees the memory of all plans, which must not be run any more. */
  void unload() {
    List.copyOf(plans).forEach(Loaded::close);
  }

  /** Takes the turn; every call must be followed by {@code turn.unlock()}. */
  private void enter() {
    turn.lock();
    if (closed) {
      turn.unlock();
      throw new IllegalStateException("the session is closed");
    }
  }

  private Loaded allocated(Plan plan) {
    if (!plan.machine().equals(machine.name())) {
      throw new IllegalArgumentException("the plan is for " + plan.machine() + ", the session on " + machine.name());
    }
    requireSources(plan);
    if (plan.preparation() != null) {
      requireSources(plan.preparation());
    }
    var own = arena.child("plan");
    Prepared prepared = null;
    Backend.Executable preparation = null;
    try {
      if (plan.preparation() != null) {
        prepared = model.prepared(plan.preparation());
        preparation = executable(plan.preparation(), memory(plan.preparation(), prepared, own), own);
      }
      var memory = memory(plan, prepared, own);
      var loaded = new Loaded(plan, memory, own, executable(plan, memory, own), prepared, preparation);
      plans.add(loaded);
      return loaded;
    } catch (RuntimeException e) {
      if (preparation != null) {
        preparation.close();
      }
      if (prepared != null) {
        prepared.release();
      }
      own.close();
      throw e;
    }
  }

  private Backend.Memory memory(Plan plan, Prepared prepared, TensorArena own) {
    var slab = machine.allocate(own, plan.planBytes() + guardBytes());
    plan.tables().forEach(table -> upload(plan, slab, table));
    return new Backend.Memory(slab, caches.slab(), model.slab(), prepared == null ? null : prepared.slab());
  }

  private Backend.Executable executable(Plan plan, Backend.Memory memory, TensorArena own) {
    return Checked.on() ? new Checked(machine, plan, memory, own, threads) : machine.load(plan, memory, own, threads);
  }

  private void requireSources(Plan plan) {
    plan.sources().forEach((name, operand) -> {
      switch (plan.buffers().get(operand.buffer()).place()) {
        case PLAN, PREPARED -> { }
        case SESSION -> require(plan, name, operand, caches, "session");
        case MODEL -> require(plan, name, operand, model, "model");
      }
    });
  }

  /** A plan reads variables where it was told that they lie; elsewhere it would read past them. */
  private static void require(Plan plan, String name, Plan.Operand operand, Variables in, String owner) {
    var type = in.types().get(name);
    if (!operand.type().equals(type) || plan.buffers().get(operand.buffer()).offset() != in.offsets().get(name)) {
      throw new IllegalArgumentException("the plan was made for another " + owner + ": it reads " + name + ": "
          + operand.type() + ", here " + (type == null ? "is none" : "it is " + type));
    }
  }

  private void upload(Plan plan, Backend.Slab slab, Plan.Table table) {
    var type = table.operand().type();
    try (var scratch = arena.child("table")) {
      var tensor = scratch.allocate(type.dtype(), type.shape());
      tensor.setDoubles(table.values().stream().mapToDouble(Double::doubleValue).toArray());
      slab.upload(plan.buffers().get(table.operand().buffer()).offset() + table.operand().offset(), tensor.segment());
    }
  }

  /** Frees the memory, after the step that runs. What is asked of the session or its plans from then on is refused. */
  @Override
  public void close() {
    turn.lock();
    try {
      closed = true;
      plans.forEach(Loaded::free);
      plans.clear();
      arena.close();
    } finally {
      turn.unlock();
    }
  }

  /**
   * A plan in a session's memory, until it or the session is closed. Setting, running and getting allocate nothing on
   * the heap, and throw an {@link IllegalStateException} from then on.
   */
  public final class Loaded implements AutoCloseable {
    private final Plan plan;
    private final Backend.Memory memory;
    private final TensorArena own;
    private final Backend.Executable executable;
    private final boolean changesModel;
    /** What the plan reads that hangs on the model alone, and how that is computed; null if nothing. */
    private final Prepared prepared;
    private final Backend.Executable preparation;

    /** @param own has the memory of the plan and of its preparation, and is closed with it */
    private Loaded(Plan plan, Backend.Memory memory, TensorArena own, Backend.Executable executable, Prepared prepared,
        Backend.Executable preparation) {
      this.plan = plan;
      this.memory = memory;
      this.own = own;
      this.executable = executable;
      this.changesModel = plan.writes(Plan.Place.MODEL);
      this.prepared = prepared;
      this.preparation = preparation;
    }

    /** As the session's, of a plan that is still loaded. */
    private void enter() {
      Session.this.enter();
      if (own.isClosed()) {
        turn.unlock();
        throw new IllegalStateException("the plan is closed");
      }
    }

    public Plan plan() {
      return plan;
    }

    /** What lives as long as the plan is loaded. */
    TensorArena arena() {
      return own;
    }

    private static Plan.Operand operand(Map<String, Plan.Operand> operands, String name) {
      var operand = operands.get(name);
      if (operand == null) {
        throw new IllegalArgumentException("the plan has no " + name + ": it has " + operands.keySet());
      }
      return operand;
    }

    private long offset(Plan.Operand operand) {
      return plan.buffers().get(operand.buffer()).offset() + operand.offset();
    }

    private Backend.Slab slab(Plan.Operand operand) {
      return memory.at(plan.buffers().get(operand.buffer()).place());
    }

    /** Whether the plan reads an input of this name; what its results do not need is not part of it. */
    public boolean takes(String input) {
      return plan.sources().containsKey(input);
    }

    /** Copies an input in; it stays until it is set again. */
    public void set(String input, Tensor value) {
      var operand = operand(plan.sources(), input);
      Tensors.check(input, operand.type(), value);
      enter();
      try {
        slab(operand).upload(offset(operand), value.segment());
      } finally {
        turn.unlock();
      }
    }

    /**
     * Decides what the next run draws, where it draws at all: equal seed and number of the run give equal numbers.
     *
     * @param run the number; taken modulo 2³²
     */
    public void seed(long seed, long run) {
      setWord(Elaborated.SEED, Seeds.word(seed));
      setWord(Elaborated.RUN, (int) run);
    }

    private void setWord(String input, int word) {
      if (takes(input)) {
        i32.segment().set(ValueLayout.JAVA_INT, 0, word);
        set(input, i32);
      }
    }

    /**
     * Runs the plan once.
     *
     * @throws dev.gatun.ops.IndexException if an index was out of range; no parameter or state has changed then
     */
    public void run() {
      enter();
      try {
        // Their owners may be closed without the session, which refuses while they are held.
        arena.acquire();
        try {
          model.arena().acquire();
          try {
            if (prepared != null) {
              prepared.refresh(preparation);
            }
            executable.run();
          } finally {
            if (changesModel) {
              model.changed();
            }
            model.arena().release();
          }
        } finally {
          arena.release();
        }
      } finally {
        turn.unlock();
      }
    }

    /** Copies a result out. */
    public void get(String output, Tensor into) {
      var operand = operand(plan.outputs(), output);
      Tensors.check(output, operand.type(), into);
      enter();
      try {
        slab(operand).download(offset(operand), into.segment());
      } finally {
        turn.unlock();
      }
    }

    /** A result that is one number, f32 or f64. */
    public double scalar(String output) {
      if (operand(plan.outputs(), output).type().dtype() == DType.F64) {
        get(output, f64);
        return f64.segment().get(ValueLayout.JAVA_DOUBLE, 0);
      }
      get(output, f32);
      return f32.segment().get(ValueLayout.JAVA_FLOAT, 0);
    }

    /** Frees the plan's memory, after the step that runs. The session and its other plans stay. */
    @Override
    public void close() {
      turn.lock();
      try {
        if (plans.remove(this)) {
          free();
        }
      } finally {
        turn.unlock();
      }
    }

    private void free() {
      executable.close();
      if (prepared != null) {
        preparation.close();
        prepared.release();
      }
      own.close();
    }
  }
}
