package dev.gatun.graph;

import dev.gatun.graph.language.Elaborated;
import dev.gatun.graph.language.Variable;
import dev.gatun.memory.DType;
import dev.gatun.ops.Builder;
import dev.gatun.ops.Graph;
import dev.gatun.ops.Op;
import dev.gatun.ops.Source.Role;
import dev.gatun.ops.TensorType;
import dev.gatun.ops.UnaryFn;
import dev.gatun.ops.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A whole training step as one graph: forward, backward, clipping, decay and update.
 *
 * @param graph gives the loss as its result, and updates parameters, states and optimiser states
 * @param optimizerStates what the optimisers keep between steps
 * @param starts the number in which each of them starts, but for those that start as a parameter
 * @param copies those that start as a parameter
 */
record TrainingGraph(Graph graph, Map<String, TensorType> optimizerStates, Map<String, Double> starts,
    Map<String, Variable> copies) {
  /** The result that holds the loss. */
  static final String LOSS = "loss";
  private static final String RATE = "optimizer.rate";
  /** Begins the name of what moves where a parameter itself is the mean of that. */
  private static final String MOVING = "optimizer.moving:";

  /**
   * The input that holds the learning rate of an optimiser.
   *
   * @param optimizer its number in the settings
   * @param dtype of the parameters that it moves: the rate is given as that
   */
  static String rate(int optimizer, DType dtype) {
    return RATE + optimizer + ":" + dtype.label();
  }

  /** Whether an input holds a learning rate. */
  static boolean isRate(String input) {
    return input.startsWith(RATE);
  }

  static TrainingGraph of(Elaborated elaborated, Settings settings) {
    var objective = elaborated.recipe().common().objective();
    var emitter = new Emitter(elaborated, settings);
    return emitter.emit(objective);
  }

  private static final class Emitter {
    private final Builder b = new Builder();
    private final Elaborated elaborated;
    private final Settings settings;
    private final Map<String, TensorType> states = new LinkedHashMap<>();
    private final Map<String, Double> starts = new LinkedHashMap<>();
    private final Map<String, Variable> copies = new LinkedHashMap<>();
    private final Map<Value, Value> updates = new LinkedHashMap<>();
    /** Whether this step moves anything, where several batches make one. */
    private Value complete;

    private Emitter(Elaborated elaborated, Settings settings) {
      this.elaborated = elaborated;
      this.settings = settings;
    }

    private TrainingGraph emit(Value objective) {
      var trained = elaborated.parameters().stream().filter(p -> !settings.isFrozen(p.name())).toList();
      trained.forEach(Emitter::requireTrainable);
      var forward = forward(objective, trained);
      var values = trained.stream().map(this::moving).toList();
      var found = forward.outputs().get(LOSS);
      var gradients = clipped(accumulated(trained, b.gradients(found, values)));
      updates.putAll(forward.updates());
      updates.keySet().removeIf(state -> settings.isFrozen(((dev.gatun.ops.Source) state.node().op()).name()));
      for (int i = 0; i < trained.size(); i++) {
        var parameter = trained.get(i);
        int number = settings.optimizer(parameter.name());
        var step = new ParameterStep(parameter, number);
        var next = held(parameter, settings.optimizers().get(number).optimizer().next(step, values.get(i),
            penalised(parameter, values.get(i), gradients.get(i))));
        update(values.get(i), next);
        if (settings.shaping().average() > 0) {
          update(parameter.value(), averaged(step, parameter, next));
        }
      }
      return new TrainingGraph(Graph.of(Map.of(LOSS, found), updates), states, starts, copies);
    }

    /** The loss and the model's own updates, of what moves. */
    private Graph forward(Value objective, List<Variable> trained) {
      var graph = Graph.of(Map.of(LOSS, objective), elaborated.updates(List.of(objective)));
      if (settings.shaping().average() == 0) {
        return graph;
      }
      var moving = new HashMap<Op.Primitive, Op.Primitive>();
      trained.forEach(p -> moving.put(p.value().node().op(), moving(p).node().op()));
      return graph.rewrite(b, node -> moving.getOrDefault(node.op(), node.op()));
    }

    private Value moving(Variable parameter) {
      if (settings.shaping().average() == 0) {
        return parameter.value();
      }
      var name = MOVING + parameter.name();
      states.put(name, parameter.type());
      copies.put(name, parameter);
      return b.source(name, Role.STATE, parameter.type());
    }

    /** The mean of all that a parameter has been, each step counting so much less than the one after it. */
    private Value averaged(ParameterStep step, Variable parameter, Value next) {
      double kept = settings.shaping().average();
      var one = b.constant(TensorType.scalar(parameter.type().dtype()), 1);
      var part = b.div(b.mul(one, 1 - kept), b.sub(one, step.power("average", kept)));
      return b.add(parameter.value(), b.mul(b.sub(next, parameter.value()), part));
    }

    /** Integers have no gradient: they would stay as they are without a word. */
    private static void requireTrainable(Variable parameter) {
      if (!parameter.type().dtype().isFloat()) {
        throw SettingsReader.fault(parameter.place(), "parameters are trained in f32 or f64, found " + parameter.name()
            + ": " + parameter.type(), "freeze = \"" + parameter.name() + "\", or make it a state");
      }
    }

    /** The mean of the gradients of several batches, each of which counts alike; nothing moves until it is complete. */
    private List<Value> accumulated(List<Variable> trained, List<Value> gradients) {
      int batches = settings.shaping().accumulate();
      if (batches == 1 || gradients.isEmpty()) {
        return gradients;
      }
      var type = TensorType.scalar(DType.F64);
      var count = state("optimizer.batches", type, 0);
      var now = b.add(count, 1);
      complete = b.equal(now, b.constant(type, batches));
      updates.put(count, b.select(complete, b.like(count, 0), now));
      var sums = new ArrayList<Value>();
      for (int i = 0; i < trained.size(); i++) {
        var gradient = gradients.get(i);
        var kept = state("optimizer.gradient:" + trained.get(i).name(), gradient.type(), 0);
        var sum = b.add(kept, b.mul(gradient, 1.0 / batches));
        updates.put(kept, chosen(b.like(sum, 0), sum));
        sums.add(sum);
      }
      return sums;
    }

    /** One value when all batches of a step are there, and another until then. */
    private Value chosen(Value when, Value until) {
      return b.select(b.broadcast(complete, when.shape()), when, until);
    }

    /** What becomes of a variable of the optimisers, or of a parameter. */
    private void update(Value variable, Value next) {
      updates.put(variable, complete == null ? next : chosen(next, variable));
    }

    /**
     * Each element held within a limit, then all gradients scaled down together where their norm passes another
     * (Pascanu et al. 2013).
     */
    private List<Value> clipped(List<Value> whole) {
      double most = settings.shaping().clipValue();
      var gradients = most == 0 ? whole : whole.stream().map(g -> between(g, most)).toList();
      if (settings.shaping().clipNorm() == 0 || gradients.isEmpty()) {
        return gradients;
      }
      var widest = gradients.stream().anyMatch(g -> g.dtype() == DType.F64) ? DType.F64 : DType.F32;
      Value total = null;
      for (var gradient : gradients) {
        var square = b.cast(b.sum(b.mul(gradient, gradient), Builder.allAxes(gradient), false), widest);
        total = total == null ? square : b.add(total, square);
      }
      var limit = b.constant(total.type(), settings.shaping().clipNorm());
      var scale = b.minimum(b.div(limit, b.add(b.sqrt(total), 1e-6)), b.like(limit, 1));
      var scaled = new ArrayList<Value>();
      gradients.forEach(gradient -> scaled.add(b.mul(gradient, b.cast(scale, gradient.dtype()))));
      return scaled;
    }

    private Value between(Value x, double most) {
      return b.minimum(b.maximum(x, b.like(x, -most)), b.like(x, most));
    }

    private Value penalised(Variable parameter, Value value, Value gradient) {
      double l1 = settings.shaping().l1(parameter.name());
      double l2 = settings.shaping().l2(parameter.name());
      var total = l1 == 0 ? gradient : b.add(gradient, b.mul(b.unary(UnaryFn.SIGN, value), l1));
      return l2 == 0 ? total : b.add(total, b.mul(value, l2));
    }

    private Value held(Variable parameter, Value next) {
      double most = settings.shaping().clipWeights(parameter.name());
      return most == 0 ? next : between(next, most);
    }

    private Value state(String name, TensorType type, double start) {
      states.put(name, type);
      starts.put(name, start);
      return b.source(name, Role.STATE, type);
    }

    /** One parameter's view of its optimiser. */
    private final class ParameterStep implements Optimizer.Step {
      private final Variable parameter;
      private final int number;

      private ParameterStep(Variable parameter, int number) {
        this.parameter = parameter;
        this.number = number;
      }

      @Override
      public Builder builder() {
        return b;
      }

      @Override
      public Value rate() {
        var dtype = parameter.type().dtype();
        return b.source(TrainingGraph.rate(number, dtype), Role.INPUT, TensorType.scalar(dtype));
      }

      @Override
      public Value state(String name) {
        return Emitter.this.state("optimizer." + name + ":" + parameter.name(), parameter.type(), 0);
      }

      @Override
      public Value power(String name, double factor) {
        var type = TensorType.scalar(parameter.type().dtype());
        var state = Emitter.this.state("optimizer." + name + ":" + number + ":" + type.dtype().label(), type, 1);
        var next = b.mul(state, factor);
        Emitter.this.update(state, next);
        return next;
      }

      @Override
      public void update(Value state, Value next) {
        Emitter.this.update(state, next);
      }
    }
  }
}
