package dev.gatun.graph;

import dev.gatun.ops.Builder;
import dev.gatun.ops.TensorType;
import dev.gatun.ops.UnaryFn;
import dev.gatun.ops.Value;

/**
 * How a parameter moves, given its gradient: emitted as graph, so that a step is one plan. As text, a recipe's words.
 */
public sealed interface Optimizer {
  Schedule rate();

  /** The same with another rate. */
  Optimizer withRate(Schedule other);

  /** The parameter after a step. */
  Value next(Step step, Value parameter, Value gradient);

  /** What an optimiser emits with. */
  interface Step {
    Builder builder();

    /** The learning rate: a scalar of the parameter's dtype. */
    Value rate();

    /** A state of the parameter, of its type, that starts at 0. */
    Value state(String name);

    /**
     * A number that all parameters of this optimiser and of one dtype share: starts at 1, becomes {@code factor} times
     * itself each step.
     */
    Value power(String name, double factor);

    /** What a state becomes. */
    void update(Value state, Value next);
  }

  /** Stochastic gradient descent, with momentum as in Sutskever et al. 2013 in the form that PyTorch has. */
  record Sgd(Schedule rate, double momentum, boolean nesterov) implements Optimizer {
    @Override
    public Optimizer withRate(Schedule other) {
      return new Sgd(other, momentum, nesterov);
    }

    @Override
    public Value next(Step step, Value parameter, Value gradient) {
      var b = step.builder();
      var direction = gradient;
      if (momentum != 0) {
        var velocity = step.state("velocity");
        var moved = b.add(b.mul(velocity, momentum), gradient);
        step.update(velocity, moved);
        direction = nesterov ? b.add(gradient, b.mul(moved, momentum)) : moved;
      }
      return b.sub(parameter, b.mul(direction, step.rate()));
    }

    @Override
    public String toString() {
      return "sgd(" + rate + ", momentum = " + momentum + ", nesterov = " + nesterov + ")";
    }
  }

  /** Adam (Kingma and Ba 2015), with the decoupled decay of AdamW (Loshchilov and Hutter 2019) where that is not 0. */
  record Adam(Schedule rate, double beta1, double beta2, double epsilon, double decay) implements Optimizer {
    @Override
    public Optimizer withRate(Schedule other) {
      return new Adam(other, beta1, beta2, epsilon, decay);
    }

    @Override
    public Value next(Step step, Value parameter, Value gradient) {
      var b = step.builder();
      var mean = step.state("mean");
      var square = step.state("square");
      var newMean = b.add(b.mul(mean, beta1), b.mul(gradient, 1 - beta1));
      var newSquare = b.add(b.mul(square, beta2), b.mul(b.mul(gradient, gradient), 1 - beta2));
      step.update(mean, newMean);
      step.update(square, newSquare);
      var one = b.constant(TensorType.scalar(parameter.dtype()), 1);
      var correction1 = b.div(one, b.sub(one, step.power("power1", beta1)));
      var correction2 = b.div(one, b.sub(one, step.power("power2", beta2)));
      var scale = b.add(b.sqrt(b.mul(newSquare, correction2)), epsilon);
      var direction = b.div(b.mul(newMean, correction1), scale);
      if (decay != 0) {
        direction = b.add(direction, b.mul(parameter, decay));
      }
      return b.sub(parameter, b.mul(direction, step.rate()));
    }

    @Override
    public String toString() {
      return (decay == 0 ? "adam(" + rate : "adamw(" + rate + ", decay = " + decay) + ", beta1 = " + beta1
          + ", beta2 = " + beta2 + ", eps = " + epsilon + ")";
    }
  }

  /**
   * The gradient by the root of a running mean of its square (Tieleman and Hinton 2012), with momentum on that, in the
   * form that PyTorch has.
   */
  record RmsProp(Schedule rate, double smoothing, double epsilon, double momentum) implements Optimizer {
    @Override
    public Optimizer withRate(Schedule other) {
      return new RmsProp(other, smoothing, epsilon, momentum);
    }

    @Override
    public Value next(Step step, Value parameter, Value gradient) {
      var b = step.builder();
      var square = step.state("square");
      var newSquare = b.add(b.mul(square, smoothing), b.mul(b.mul(gradient, gradient), 1 - smoothing));
      step.update(square, newSquare);
      var direction = b.div(gradient, b.add(b.sqrt(newSquare), epsilon));
      if (momentum != 0) {
        var velocity = step.state("velocity");
        direction = b.add(b.mul(velocity, momentum), direction);
        step.update(velocity, direction);
      }
      return b.sub(parameter, b.mul(direction, step.rate()));
    }

    @Override
    public String toString() {
      return "rmsprop(" + rate + ", smoothing = " + smoothing + ", eps = " + epsilon + ", momentum = " + momentum + ")";
    }
  }

  /** The gradient by the root of the sum of all its squares (Duchi et al. 2011). */
  record Adagrad(Schedule rate, double epsilon) implements Optimizer {
    @Override
    public Optimizer withRate(Schedule other) {
      return new Adagrad(other, epsilon);
    }

    @Override
    public Value next(Step step, Value parameter, Value gradient) {
      var b = step.builder();
      var square = step.state("square");
      var sum = b.add(square, b.mul(gradient, gradient));
      step.update(square, sum);
      return b.sub(parameter, b.mul(b.div(gradient, b.add(b.sqrt(sum), epsilon)), step.rate()));
    }

    @Override
    public String toString() {
      return "adagrad(" + rate + ", eps = " + epsilon + ")";
    }
  }

  /** The sign of a mean of gradients, with decoupled decay (Chen et al. 2023). */
  record Lion(Schedule rate, double beta1, double beta2, double decay) implements Optimizer {
    @Override
    public Optimizer withRate(Schedule other) {
      return new Lion(other, beta1, beta2, decay);
    }

    @Override
    public Value next(Step step, Value parameter, Value gradient) {
      var b = step.builder();
      var mean = step.state("mean");
      var direction = b.unary(UnaryFn.SIGN, b.add(b.mul(mean, beta1), b.mul(gradient, 1 - beta1)));
      step.update(mean, b.add(b.mul(mean, beta2), b.mul(gradient, 1 - beta2)));
      if (decay != 0) {
        direction = b.add(direction, b.mul(parameter, decay));
      }
      return b.sub(parameter, b.mul(direction, step.rate()));
    }

    @Override
    public String toString() {
      return "lion(" + rate + ", decay = " + decay + ", beta1 = " + beta1 + ", beta2 = " + beta2 + ")";
    }
  }
}
