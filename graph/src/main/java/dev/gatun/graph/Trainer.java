package dev.gatun.graph;

import dev.gatun.graph.language.Elaborated;
import dev.gatun.graph.language.Variable;
import dev.gatun.graph.plan.Planner;
import dev.gatun.memory.BudgetException;
import dev.gatun.memory.DType;
import dev.gatun.memory.Shape;
import dev.gatun.memory.Tensor;
import dev.gatun.memory.TensorArena;
import dev.gatun.ops.Backend;
import dev.gatun.ops.Plan;
import dev.gatun.ops.Source;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.Collectors;

/**
 * Trains a model on a data set by its recipe. The state of training is its {@link #variables()} and the number of steps
 * done; equal seed, data and settings give equal bits, whatever the number of threads and however often training was
 * stopped, saved and resumed.
 */
public final class Trainer implements AutoCloseable {
  private static final Listener QUIET = new Listener() {};
  /** In steps of this part the plan of a smaller last batch is made smaller for the sake of the whole one. */
  private static final int SMALLER_PARTS = 4;
  private static final String REMEDY = ": lower the rate, or set clip_norm";

  private final Model model;
  private final Backend machine;
  private final TensorArena arena;
  private final Settings settings;
  private final Dataset data;
  private final Variables variables;
  private final Elaborated elaborated;
  private final Session session;
  private StepPlan wholeBatch;
  /** Of the smaller last batch of an epoch; null if there is none, or training ends before it. */
  private StepPlan lastBatch;
  private Scorer scorer;
  /** What the model is to be measured on besides training; null if nothing is known of that. */
  private Dataset evaluated;
  private final int[] order;
  private int orderedEpoch = -1;
  private long step;
  private double lossSum;
  /** The mean loss of each epoch that is over, where a schedule looks at it. */
  private double[] losses = {};
  private final boolean watchesLosses;
  private String dataWords;
  private volatile boolean stopRequested;

  /** Told about progress, of which it may ignore any part; all methods run on the training thread. */
  public interface Listener {
    /** A step is done. */
    default void step(int epoch, long stepOfEpoch, long stepsInEpoch, double loss) {}

    /** An epoch is done; {@code loss} is its mean over samples, each with the parameters of its own step. */
    default void epoch(int epoch, double loss) {}
  }

  /** A step's plan for one batch size, of whose kernels so many run again. */
  private record StepPlan(Feed feed, int batch, List<Rate> rates, int again) {}

  /** A learning rate that the plan reads. */
  private record Rate(String input, Schedule schedule, Tensor tensor) {}

  /**
   * A trainer with freshly drawn parameters. All that training needs is planned and allocated here, so that what is
   * wrong with the recipe, or too large, shows before the first step. Where a step does not fit the memory that is
   * left, it computes values again rather than keep them, as {@link Planner} does within a budget: that takes longer,
   * and changes no bit.
   *
   * @param parent its memory is counted there
   * @param threads how many threads a step may use; never changes a result
   * @throws dev.gatun.graph.language.LanguageException if the recipe does not stand
   * @throws dev.gatun.memory.BudgetException if training does not fit the memory that it may use
   */
  public Trainer(Model model, Settings settings, Backend machine, TensorArena parent, int threads, Dataset data) {
    requireSamples(data);
    this.model = model;
    this.machine = machine;
    this.settings = settings;
    this.data = data;
    this.order = new int[data.size()];
    this.watchesLosses = settings.optimizers().stream().anyMatch(o -> o.optimizer().rate().watchesLosses());
    this.arena = parent.child("model " + model.name());
    Session opened = null;
    try {
      int batch = Math.min(settings.batch(), data.size());
      this.elaborated = elaborate(batch);
      requireRecipe(elaborated);
      Evaluation.of(elaborated, batch);
      var training = TrainingGraph.of(elaborated, settings);
      var types = new LinkedHashMap<>(Model.saved(elaborated));
      types.putAll(training.optimizerStates());
      this.variables = new Variables(machine, arena, types);
      opened = new Session(machine, arena, variables, Map.of(), threads);
      this.session = opened;
      newScorer();
      initialise(training);
      load(training);
    } catch (RuntimeException e) {
      if (opened != null) {
        opened.close();
      }
      arena.close();
      throw e;
    }
  }

  private Elaborated elaborate(int batch) {
    return model.elaborate(model.sizes(data.fields(), batch), true);
  }

  /** The settings of a model's recipe for a data set of so many samples. */
  public static Settings settings(Model model, Dataset data) {
    requireSamples(data);
    int batch = Math.min(data.size(), Settings.defaults().batch());
    var elaborated = model.elaborate(model.sizes(data.fields(), batch), true);
    requireRecipe(elaborated);
    return SettingsReader.read(elaborated.recipe(), data.size());
  }

  /**
   * Fails if the recipe of a model cannot be trained or measured, whatever the data.
   *
   * @param elaborated for any sizes, with {@code training} true or false
   * @throws dev.gatun.graph.language.LanguageException at the place in the recipe
   */
  public static void check(Elaborated elaborated) {
    requireRecipe(elaborated);
    TrainingGraph.of(elaborated, SettingsReader.read(elaborated.recipe(), 1));
    Evaluation.of(elaborated, 1);
  }

  static void requireSamples(Dataset data) {
    if (data.size() < 1) {
      throw new IllegalArgumentException("the data set has no samples");
    }
  }

  static void requireRecipe(Elaborated elaborated) {
    if (elaborated.recipe() == null) {
      throw new IllegalArgumentException("model " + elaborated.model() + " has no `train` recipe");
    }
  }

  private void initialise(TrainingGraph training) {
    for (var variable : Model.variables(elaborated)) {
      variables.write(variable.name(), Initial.values(variable, settings.seed()));
    }
    training.starts().forEach((name, start) -> {
      var type = training.optimizerStates().get(name);
      var values = new double[Math.toIntExact(type.shape().elements())];
      Arrays.fill(values, start);
      variables.write(name, values);
    });
    training.copies().forEach((name, of) -> variables.write(name, Initial.values(of, settings.seed())));
  }

  private void newScorer() {
    scorer = new Scorer(model, machine, session, variables, arena, OptionalInt.of(settings.batch()));
  }

  /**
   * Plans the evaluation and the steps, and gives them memory: first as they are, then the last batch, if it is
   * smaller, with less and less, so that the whole one has more. The step on a whole batch gives way where that is not
   * enough.
   */
  private void load(TrainingGraph training) {
    int batch = Math.min(settings.batch(), data.size());
    int rest = data.size() % batch;
    var smaller = rest == 0 || totalSteps() < stepsPerEpoch() ? null : TrainingGraph.of(elaborate(rest), settings);
    try {
      loadEvaluation();
      wholeBatch = load(training, batch, Planner.UNLIMITED);
      lastBatch = smaller == null ? null : load(smaller, rest, Planner.UNLIMITED);
    } catch (BudgetException full) {
      if (smaller == null) {
        throw full;
      }
      loadSmallerFirst(training, batch, smaller, rest);
    }
  }

  private void loadSmallerFirst(TrainingGraph training, int batch, TrainingGraph smaller, int rest) {
    long most = Planner.plan(smaller.graph(), machine, variables.offsets(), Map.of()).planBytes();
    unload();
    for (int part = SMALLER_PARTS; wholeBatch == null; part--) {
      try {
        loadEvaluation();
        lastBatch = load(smaller, rest, most / SMALLER_PARTS * part);
        wholeBatch = load(training, batch, Planner.UNLIMITED);
      } catch (BudgetException full) {
        unload();
        if (part == 0) {
          throw full;
        }
      }
    }
  }

  private void loadEvaluation() {
    if (evaluated != null) {
      scorer.prepare(evaluated);
    }
  }

  private void unload() {
    session.unload();
    newScorer();
    wholeBatch = null;
    lastBatch = null;
  }

  /** @param most bytes that the plan should have, unless it takes more at the least */
  private StepPlan load(TrainingGraph training, int batch, long most) {
    var again = new int[1];
    // A sample, too, has its place where the data set is told from others.
    long inputs = training.graph().inputs().stream().map(input -> (Source) input.node().op())
        .filter(source -> source.role() == Source.Role.INPUT)
        .mapToLong(source -> source.type().bytes() + TensorArena.ALIGNMENT).sum();
    var loaded = session.load(inputs + inputs / batch + TensorArena.ALIGNMENT, room -> {
      var planned = plan(training, room, most);
      again[0] = planned.again();
      return planned.plan();
    });
    var rates = new ArrayList<Rate>();
    for (int i = 0; i < settings.optimizers().size(); i++) {
      for (var dtype : DType.values()) {
        if (loaded.takes(TrainingGraph.rate(i, dtype))) {
          rates.add(new Rate(TrainingGraph.rate(i, dtype), settings.optimizers().get(i).optimizer().rate(),
              loaded.arena().allocate(dtype, Shape.SCALAR)));
        }
      }
    }
    return new StepPlan(new Feed(loaded, data.fields(), batch), batch, rates, again[0]);
  }

  private Planner.Explained plan(TrainingGraph training, long room, long most) {
    try {
      return Planner.plan(training.graph(), machine, variables.offsets(), Map.of(), Math.min(room, most));
    } catch (BudgetException refused) {
      if (most >= room) {
        throw refused;
      }
      return Planner.plan(training.graph(), machine, variables.offsets(), Map.of(),
          Math.min(room, refused.requested()));
    }
  }

  /** The plan of a step on a whole batch. */
  public Plan plan() {
    return wholeBatch.feed.loaded().plan();
  }

  /** How many kernels of that plan run again, so that it fits the memory that it may use. */
  public int recomputed() {
    return wholeBatch.again;
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
    return elaborated.parameters();
  }

  /** How the data set is known again, in words. */
  String dataWords() {
    if (dataWords == null) {
      dataWords = TrainingIdentity.words(data, arena);
    }
    return dataWords;
  }

  /** Steps done since training began, in this process or before. */
  public long step() {
    return step;
  }

  /** Steps in an epoch, the smaller last batch included. */
  public long stepsPerEpoch() {
    return ((long) data.size() + settings.batch() - 1) / settings.batch();
  }

  /** Steps that training has in all, of at most 2³¹ − 1 epochs. */
  public long totalSteps() {
    long most = Integer.MAX_VALUE * stepsPerEpoch();
    return settings.steps() > 0 ? Math.min(settings.steps(), most) : settings.epochs() * stepsPerEpoch();
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
  void resumeAt(long steps, double lossSoFar, double[] epochLosses) {
    losses = epochLosses;
    step = steps;
    lossSum = lossSoFar;
  }

  /** Loss times samples, summed over this epoch so far. */
  double lossSoFar() {
    return lossSum;
  }

  /** The mean loss of each epoch that is over; none if no schedule looks at it. */
  double[] losses() {
    return losses;
  }

  /** Trains to the end, or until a stop is asked for. To watch, measure or save in between, train by epochs. */
  public void train() {
    while (!isDone() && !stopRequested) {
      epoch(QUIET);
    }
  }

  /**
   * Trains to the end of the current epoch, or of training, or until a stop is asked for.
   *
   * @return whether the epoch was finished
   * @throws TrainingException if the loss is no longer finite
   */
  public boolean epoch(Listener listener) {
    dataWords(); // Saving will want them, and must not be the first to ask for memory.
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
      if (watchesLosses) {
        losses = Arrays.copyOf(losses, losses.length + 1);
        losses[losses.length - 1] = lossSum / samples;
      }
      lossSum = 0;
    }
    return finished;
  }

  private double trainStep(int epoch, long within) {
    if (orderedEpoch != epoch) {
      Seeds.shuffle(order, settings.seed(), epoch);
      orderedEpoch = epoch;
    }
    int from = Math.toIntExact(within * settings.batch());
    var plan = data.size() - from < wholeBatch.batch ? lastBatch : wholeBatch;
    plan.feed.fill(data, order, from, plan.batch, settings.seed(), step);
    for (int i = 0; i < plan.rates.size(); i++) {
      var rate = plan.rates.get(i);
      rate.tensor.fill(rate.schedule.rate(step, totalSteps(), stepsPerEpoch()) * rate.schedule.scale(losses));
      plan.feed.loaded().set(rate.input, rate.tensor);
    }
    plan.feed.loaded().run();
    double loss = plan.feed.loaded().scalar(TrainingGraph.LOSS);
    if (!Double.isFinite(loss)) {
      throw new TrainingException("the loss is " + loss + " after step " + (step + 1) + REMEDY
          + (Double.isNaN(loss) ? ", and look for labels that are none of the classes" : ""));
    }
    step++;
    lossSum += loss * plan.batch;
    return loss;
  }

  /**
   * Plans what {@link #evaluate} of a data set does, and gives it memory, so that what is wrong with it, or too large,
   * shows before training. If little memory is left, the steps are planned anew for what this leaves them.
   *
   * @throws dev.gatun.graph.language.LanguageException if the recipe does not stand without {@code training}
   * @throws dev.gatun.memory.BudgetException if it does not fit the memory that it may use
   */
  public void prepareEvaluation(Dataset on) {
    evaluated = on;
    try {
      loadEvaluation();
    } catch (BudgetException full) {
      var training = TrainingGraph.of(elaborated, settings);
      unload();
      try {
        load(training);
      } catch (BudgetException none) {
        evaluated = null;
        unload();
        load(training);
        throw none;
      }
    }
  }

  /**
   * Fails if training has come to nothing: the loss is that before an update, so the last one of all shows here alone.
   * What the optimisers change must be finite; a state of the model's own may be infinite, such as a maximum so far.
   *
   * @param tensors all variables
   * @param file what shall not be written then
   */
  void requireFinite(Map<String, Tensor> tensors, Path file) {
    var states = elaborated.states().stream().map(Variable::name).collect(Collectors.toSet());
    tensors.forEach((name, tensor) -> {
      double fault = settings.isFrozen(name) ? 0 : Finite.fault(tensor);
      if (fault != 0 && !(states.contains(name) && Double.isInfinite(fault))) {
        throw new TrainingException(name + " holds " + fault + " after step " + step + REMEDY + "; " + file
            + " is left as it was");
      }
    });
  }

  /** The loss and the recipe's metrics over a data set, in its order, with {@code training} false. */
  public Map<String, Double> evaluate(Dataset on) {
    return scorer.score(on);
  }

  /** Frees the memory, after the step that runs: the training thread's next one is refused. */
  @Override
  public void close() {
    session.close();
    arena.close();
  }
}
