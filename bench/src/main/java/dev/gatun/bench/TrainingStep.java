package dev.gatun.bench;

import dev.gatun.bench.Measure.Effort;
import dev.gatun.graph.Machines;
import dev.gatun.graph.language.Variable;
import dev.gatun.ops.Backend;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A training step of a network on so many samples: forward, backward and the update of all parameters by plain SGD.
 *
 * @param isExact whether no kernel may change the order of arithmetic
 */
public record TrainingStep(Network network, int batch, boolean isExact) implements Work {
  /** A step whose sums may be rearranged for speed. */
  public TrainingStep(Network network, int batch) {
    this(network, batch, false);
  }

  @Override
  public String name() {
    return network.title() + " SGD step, batch " + batch + (isExact ? ", exact" : "");
  }

  /** The samples, the same for all. */
  public RandomSamples data() {
    return new RandomSamples(network.sample(), network.batches() * batch);
  }

  @Override
  public double flops() {
    var model = network.model();
    return Flops.ofTraining(Training.objective(model.elaborate(model.sizes(data().fields(), batch), true)));
  }

  /** What a step moves depends on the engine. */
  @Override
  public double bytes() {
    return 0;
  }

  /**
   * Over all numbers of a result, for among the 10 million ReLUs of ResNet-18 some few are off where in f64 they are
   * on: that moves single parameters by several per cent, those of any engine in f32.
   */
  @Override
  public double error(String what, List<double[]> found, List<double[]> exact) {
    return Agreement.meanError(what, found, exact);
  }

  /**
   * Of any f32 engine it is some 1e-3 at most; a wrong gradient of one layer moves its parameters by more than 1e-2. By
   * minimal filtering, ten times as far from exact sums, more ReLUs are on the other side of 0: 5.3e-3 was seen.
   */
  @Override
  public double bound() {
    return isExact ? 5e-3 : 1e-2;
  }

  @Override
  public Effort effort(int threads) {
    return Effort.model(threads);
  }

  @Override
  public Run open(Backend machine, int threads) {
    return new Training(machine, threads, this);
  }

  @Override
  public Run exact(Backend machine, int threads) {
    return new ExactTraining(machine, threads, this, initial());
  }

  /**
   * A parameter as it is before the first step, row-major in PyTorch's layouts.
   *
   * @param values exact in f32
   */
  public record Parameter(Variable variable, double[] values) {}

  /** The parameters in the order of their first use. */
  public List<Parameter> initial() {
    try (var drawn = new Training(Machines.best(), 1, this)) {
      return drawn.initial();
    }
  }

  /** Writes what the model holds before the first step to a file of weights. */
  void save(Path file) throws IOException {
    try (var drawn = new Training(Machines.best(), 1, this)) {
      drawn.save(file);
    }
  }

  /** The results of a training: how far each parameter has moved from where it began, and the losses. */
  public static List<double[]> movements(List<Parameter> initial, List<double[]> parameters, double[] losses) {
    var all = new ArrayList<double[]>();
    for (int i = 0; i < initial.size(); i++) {
      var movement = parameters.get(i).clone();
      for (int j = 0; j < movement.length; j++) {
        movement[j] -= initial.get(i).values()[j];
      }
      all.add(movement);
    }
    all.add(losses.clone());
    return all;
  }
}
