package dev.gatun.graph;

import dev.gatun.graph.language.Elaborated;
import dev.gatun.graph.language.Variable;
import dev.gatun.graph.plan.Planner;
import dev.gatun.memory.DType;
import dev.gatun.memory.Shape;
import dev.gatun.memory.Tensor;
import dev.gatun.memory.TensorArena;
import dev.gatun.ops.Backend;
import dev.gatun.ops.Graph;
import dev.gatun.ops.Plan;
import dev.gatun.ops.TensorType;
import java.lang.foreign.ValueLayout;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Trains a model on a data set by its recipe. The state of training is its {@link #variables()} and the number of steps
 * done; equal seed, data and settings give equal bits, whatever the number of threads and however often training was
 * stopped, saved and resumed.
 */
public final class Trainer implements AutoCloseable {
  private final Model model;
  private final Backend machine;
  private final TensorArena arena;
  private final Settings settings;
  private final Dataset data;
  private final Variables variables;
  private final Elaborated whole;
  private final Session session;
  private final Map<Integer, StepPlan> steps = new HashMap<>();
  private final Map<Integer, StepPlan> evaluations = new HashMap<>();
  private int[] order;
  private int orderedEpoch = -1;
  private long step;
  private double lossSum;
  private volatile boolean stopRequested;

  /** Told about progress; all methods run on the training thread. */
  public interface Listener {
    /** A step is done. */
    void step(int epoch, long stepOfEpoch, long stepsInEpoch, double loss);

    /** An epoch is done; {@code loss} is its mean over samples, each with the parameters of its own step. */
    void epoch(int epoch, double loss);
  }

  /** A compiled plan with the tensors that feed it. */
  private record StepPlan(Session.Loaded loaded, Map<String, Tensor> fields, Tensor seed, Tensor run,
      List<Tensor> rates, Map<String, Double> counts) {}

  /**
   * A trainer with freshly drawn parameters.
   *
   * @param parent its memory is counted there
   * @param threads how many threads a step may use; never changes a result
   */
  public Trainer(Model model, Settings settings, Backend machine, TensorArena parent, int threads, Dataset data) {
    this.model = model;
    this.machine = machine;
    this.settings = settings;
    this.data = data;
    this.arena = parent.child("model " + model.name());
    int batch = Math.min(settings.batch(), data.size());
    this.whole = model.elaborate(model.sizes(data.fields(), batch), true);
    requireRecipe(whole);
    var training = TrainingGraph.of(whole, settings);
    var types = new LinkedHashMap<>(Model.saved(whole));
    types.putAll(training.optimizerStates());
    this.variables = new Variables(machine, arena, types);
    this.session = new Session(machine, arena, variables, null, threads);
    initialise(training);
    steps.put(batch, load(training.graph(), data.fields(), batch, Map.of()));
  }

  /** The settings of a model's recipe for a data set of so many samples. */
  public static Settings settings(Model model, Dataset data) {
    int batch = Math.min(data.size(), Settings.defaults().batch());
    var elaborated = model.elaborate(model.sizes(data.fields(), batch), true);
    requireRecipe(elaborated);
    return SettingsReader.read(elaborated.recipe(), data.size());
  }

  private static void requireRecipe(Elaborated elaborated) {
    if (elaborated.recipe() == null) {
      throw new IllegalArgumentException("model " + elaborated.model() + " has no `train` recipe");
    }
  }

  private void initialise(TrainingGraph training) {
    for (var variable : Model.variables(whole)) {
      write(variable.name(), variable.type(), Initial.values(variable, settings.seed()));
    }
    training.starts().forEach((name, start) -> {
      var type = training.optimizerStates().get(name);
      var values = new double[Math.toIntExact(type.shape().elements())];
      java.util.Arrays.fill(values, start);
      write(name, type, values);
    });
  }

  private void write(String name, TensorType type, double[] values) {
    try (var scratch = TensorArena.root("initial values", type.bytes() + TensorArena.ALIGNMENT)) {
      var tensor = scratch.allocate(type.dtype(), type.shape());
      tensor.setDoubles(values);
      variables.write(name, tensor);
    }
  }

  private StepPlan load(Graph graph, Map<String, TensorType> fields, int batch, Map<String, Double> counts) {
    var plan = Planner.plan(graph, machine, variables.offsets(), Map.of());
    var loaded = session.load(plan);
    var tensors = new LinkedHashMap<String, Tensor>();
    for (var input : plan.sources().entrySet()) {
      var buffer = plan.buffers().get(input.getValue().buffer());
      boolean ours = input.getKey().equals(Elaborated.SEED) || input.getKey().equals(Elaborated.RUN)
          || input.getKey().startsWith("optimizer.");
      if (buffer.place() == Plan.Place.PLAN && !ours) {
        tensors.put(input.getKey(), field(input.getKey(), fields, input.getValue().type(), batch));
      }
    }
    var rates = settings.optimizers().stream().map(o -> arena.allocate(DType.F32, Shape.SCALAR)).toList();
    return new StepPlan(loaded, tensors, arena.allocate(DType.I32, Shape.SCALAR), arena.allocate(DType.I32, Shape.SCALAR),
        rates, counts);
  }

  private Tensor field(String input, Map<String, TensorType> fields, TensorType type, int batch) {
    var field = fields.get(input);
    if (field == null) {
      throw new IllegalArgumentException("the data set has no field for the input " + input + ": it has "
          + fields.keySet());
    }
    var sizes = new long[field.shape().rank() + 1];
    sizes[0] = batch;
    System.arraycopy(field.shape().sizes(), 0, sizes, 1, sizes.length - 1);
    if (!type.equals(new TensorType(field.dtype(), Shape.of(sizes)))) {
      throw new IllegalArgumentException("the input " + input + " is " + type + ", the data set has " + field
          + " for each sample");
    }
    return arena.allocate(type.dtype(), type.shape());
  }

  /** Parameters, states and what the optimisers keep. */
  public Variables variables() {
    return variables;
  }

  public Settings settings() {
    return settings;
  }

  public Model model() {
    return model;
  }

  /** Parameters alone, in the model's order. */
  public List<Variable> parameters() {
    return whole.parameters();
  }

  /** Steps done since training began, in this process or before. */
  public long step() {
    return step;
  }

  /** Steps in an epoch, the smaller last batch included. */
  public long stepsPerEpoch() {
    return (data.size() + settings.batch() - 1) / settings.batch();
  }

  /** Steps that training has in all. */
  public long totalSteps() {
    return settings.steps() > 0 ? settings.steps() : settings.epochs() * stepsPerEpoch();
  }

  /** Whether all steps are done. */
  public boolean isDone() {
    return step >= totalSteps();
  }

  /** Asks the training thread to stop after its current step; may be called from any thread. */
  public void requestStop() {
    stopRequested = true;
  }

  /** Goes on as if {@code steps} had been done here: for resuming. */
  void resumeAt(long steps, double lossSoFar) {
    step = steps;
    lossSum = lossSoFar;
  }

  /** Loss times samples, summed over this epoch so far. */
  double lossSoFar() {
    return lossSum;
  }

  /**
   * Trains to the end of the current epoch, or of training, or until a stop is asked for.
   *
   * @return whether the epoch was finished
   * @throws TrainingException if the loss is no longer a number
   */
  public boolean epoch(Listener listener) {
    long perEpoch = stepsPerEpoch();
    int epoch = (int) (step / perEpoch);
    while (!isDone() && !stopRequested && step / perEpoch == epoch) {
      long within = step % perEpoch;
      double loss = trainStep(epoch, within);
      listener.step(epoch, within, perEpoch, loss);
    }
    boolean finished = step / perEpoch > epoch || isDone();
    if (finished) {
      long samples = step % perEpoch == 0 ? data.size() : step % perEpoch * settings.batch();
      listener.epoch(epoch, lossSum / samples);
      lossSum = 0;
    }
    return finished;
  }

  private double trainStep(int epoch, long within) {
    if (orderedEpoch != epoch) {
      order = Seeds.order(settings.seed(), epoch, data.size());
      orderedEpoch = epoch;
    }
    int from = Math.toIntExact(within * settings.batch());
    int count = Math.min(settings.batch(), data.size() - from);
    var plan = steps.get(count);
    if (plan == null) {
      var elaborated = model.elaborate(model.sizes(data.fields(), count), true);
      plan = load(TrainingGraph.of(elaborated, settings).graph(), data.fields(), count, Map.of());
      steps.put(count, plan);
    }
    feed(plan, data, order, from, count);
    plan.loaded.run();
    double loss = plan.loaded.scalar(TrainingGraph.LOSS);
    if (Double.isNaN(loss)) {
      throw new TrainingException("the loss is NaN after step " + (step + 1) + ": lower the rate, or set clip_norm");
    }
    step++;
    lossSum += loss * count;
    return loss;
  }

  private void feed(StepPlan plan, Dataset from, int[] rows, int start, int count) {
    for (var field : plan.fields.entrySet()) {
      from.copy(field.getKey(), rows, start, count, field.getValue());
      plan.loaded.set(field.getKey(), field.getValue());
    }
    setInt(plan, Elaborated.SEED, plan.seed, Seeds.word(settings.seed()));
    setInt(plan, Elaborated.RUN, plan.run, (int) step);
    for (int i = 0; i < plan.rates.size(); i++) {
      var name = TrainingGraph.rate(i);
      if (plan.loaded.takes(name)) {
        var rate = settings.optimizers().get(i).optimizer().rate().rate(step, totalSteps());
        plan.rates.get(i).segment().set(ValueLayout.JAVA_FLOAT, 0, (float) rate);
        plan.loaded.set(name, plan.rates.get(i));
      }
    }
  }

  private static void setInt(StepPlan plan, String name, Tensor tensor, int value) {
    if (plan.loaded.takes(name)) {
      tensor.segment().set(ValueLayout.JAVA_INT, 0, value);
      plan.loaded.set(name, tensor);
    }
  }

  /** The loss and the recipe's metrics over a data set, in its order, with {@code training} false. */
  public Map<String, Double> evaluate(Dataset on) {
    var rows = new int[on.size()];
    java.util.Arrays.setAll(rows, i -> i);
    var sums = new LinkedHashMap<String, Double>();
    var counts = new LinkedHashMap<String, Double>();
    for (int from = 0; from < on.size(); from += settings.batch()) {
      int count = Math.min(settings.batch(), on.size() - from);
      var plan = evaluations.computeIfAbsent(count, size -> evaluation(on, size));
      feed(plan, on, rows, from, count);
      plan.loaded.run();
      plan.counts.forEach((name, weight) -> {
        double value = plan.loaded.scalar(name);
        sums.merge(name, Evaluation.isMean(whole.recipe(), name) ? value * weight : value, Double::sum);
        counts.merge(name, weight, Double::sum);
      });
    }
    sums.replaceAll((name, sum) -> sum / counts.get(name));
    return sums;
  }

  private StepPlan evaluation(Dataset on, int batch) {
    var elaborated = model.elaborate(model.sizes(on.fields(), batch), false);
    var evaluation = Evaluation.of(elaborated, batch);
    return load(evaluation.graph(), on.fields(), batch, evaluation.counts());
  }

  @Override
  public void close() {
    session.close();
    arena.close();
  }
}
