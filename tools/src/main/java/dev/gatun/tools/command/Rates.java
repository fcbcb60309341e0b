package dev.gatun.tools.command;

import dev.gatun.graph.Optimizer;
import dev.gatun.graph.Schedule;
import dev.gatun.graph.Settings;

/** Replaces the learning rate of a recipe; the form of its schedule stays. */
final class Rates {
  private Rates() {}

  static Settings scaled(Settings from, double rate) {
    if (!(rate > 0) || Double.isInfinite(rate)) {
      throw new UsageException("--rate must be more than 0, found " + rate);
    }
    var optimizers = from.optimizers().stream()
        .map(o -> new Settings.Patterned(o.pattern(), with(o.optimizer(), with(o.optimizer().rate(), rate)))).toList();
    return new Settings(from.batch(), from.epochs(), from.steps(), optimizers, from.clipNorm(), from.decays(),
        from.frozen(), from.seed());
  }

  private static Optimizer with(Optimizer optimizer, Schedule rate) {
    return switch (optimizer) {
      case Optimizer.Sgd sgd -> new Optimizer.Sgd(rate, sgd.momentum(), sgd.nesterov());
      case Optimizer.Adam adam -> new Optimizer.Adam(rate, adam.beta1(), adam.beta2(), adam.epsilon(), adam.decay());
    };
  }

  private static Schedule with(Schedule schedule, double rate) {
    return switch (schedule) {
      case Schedule.Constant _ -> new Schedule.Constant(rate);
      case Schedule.Cosine cosine -> new Schedule.Cosine(rate, cosine.warmup());
      case Schedule.LinearDecay _ -> new Schedule.LinearDecay(rate);
      case Schedule.StepDecay decay -> new Schedule.StepDecay(rate, decay.every(), decay.factor());
    };
  }
}
