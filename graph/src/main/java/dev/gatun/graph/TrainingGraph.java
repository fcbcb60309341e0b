package dev.gatun.graph;

import dev.gatun.graph.language.Elaborated;
import dev.gatun.graph.language.Variable;
import dev.gatun.memory.DType;
import dev.gatun.ops.Builder;
import dev.gatun.ops.Graph;
import dev.gatun.ops.Source.Role;
import dev.gatun.ops.TensorType;
import dev.gatun.ops.Value;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A whole training step as one graph: forward, backward, clipping, decay and update.
 *
 * @param graph gives the loss as its result, and updates parameters, states and optimiser states
 * @param optimizerStates what the optimisers keep between steps, with the number in which each starts
 */
record TrainingGraph(Graph graph, Map<String, TensorType> optimizerStates, Map<String, Double> starts) {
  /** The result that holds the loss. */
  static final String LOSS = "loss";
  private static final String RATE = "optimizer.rate";

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
    private final Map<Value, Value> updates = new LinkedHashMap<>();

    private Emitter(Elaborated elaborated, Settings settings) {
      this.elaborated = elaborated;
      this.settings = settings;
    }

    private TrainingGraph emit(Value objective) {
      var trained = elaborated.parameters().stream().filter(p -> !settings.isFrozen(p.name())).toList();
      trained.forEach(Emitter::requireTrainable);
      var values = trained.stream().map(Variable::value).toList();
      var gradients = clipped(b.gradients(objective, values));
      updates.putAll(elaborated.updates(List.of(objective)));
      updates.keySet().removeIf(state -> settings.isFrozen(((dev.gatun.ops.Source) state.node().op()).name()));
      for (int i = 0; i < trained.size(); i++) {
        var parameter = trained.get(i);
        int number = settings.optimizer(parameter.name());
        var step = new ParameterStep(parameter, number);
        updates.put(parameter.value(), settings.optimizers().get(number).optimizer()
            .next(step, parameter.value(), decayed(parameter, gradients.get(i))));
      }
      var loss = new LinkedHashMap<String, Value>();
      loss.put(LOSS, objective);
      return new TrainingGraph(Graph.of(loss, updates), states, starts);
    }

    /** Integers have no gradient: they would stay as they are without a word. */
    private static void requireTrainable(Variable parameter) {
      if (!parameter.type().dtype().isFloat()) {
        throw SettingsReader.fault(parameter.place(), "parameters are trained in f32 or f64, found " + parameter.name()
            + ": " + parameter.type(), "freeze = \"" + parameter.name() + "\", or make it a state");
      }
    }

    /** All gradients scaled down together where their norm passes the limit (Pascanu et al. 2013). */
    private List<Value> clipped(List<Value> gradients) {
      if (settings.clipNorm() == 0 || gradients.isEmpty()) {
        return gradients;
      }
      var widest = gradients.stream().anyMatch(g -> g.dtype() == DType.F64) ? DType.F64 : DType.F32;
      Value total = null;
      for (var gradient : gradients) {
        var square = b.cast(b.sum(b.mul(gradient, gradient), Builder.allAxes(gradient), false), widest);
        total = total == null ? square : b.add(total, square);
      }
      var limit = b.constant(total.type(), settings.clipNorm());
      var scale = b.minimum(b.div(limit, b.add(b.sqrt(total), 1e-6)), b.like(limit, 1));
      var scaled = new ArrayList<Value>();
      gradients.forEach(gradient -> scaled.add(b.mul(gradient, b.cast(scale, gradient.dtype()))));
      return scaled;
    }

    private Value decayed(Variable parameter, Value gradient) {
      double l2 = settings.l2(parameter.name());
      return l2 == 0 ? gradient : b.add(gradient, b.mul(parameter.value(), l2));
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
        updates.put(state, next);
        return next;
      }

      @Override
      public void update(Value state, Value next) {
        updates.put(state, next);
      }
    }
  }
}
