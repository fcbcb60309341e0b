package dev.gatun.graph.language;

/**
 * What a parameter or state holds before the first step. Axis 0 of a weight counts outputs; fan_in is the product of
 * the other sizes, fan_out the size of axis 0 times the product of those after axis 1.
 */
public sealed interface Initialiser {

  /** One number everywhere. */
  record Constant(double value) implements Initialiser {}

  /** Mean 0, standard deviation {@code std}. */
  record Normal(double std) implements Initialiser {}

  /** As {@link Normal}, drawn again beyond two standard deviations. */
  record TruncatedNormal(double std) implements Initialiser {}

  /** Even between −bound and bound. */
  record Uniform(double bound) implements Initialiser {}

  /** Normal with std √(2 / fan_in) (He et al. 2015). */
  record HeNormal() implements Initialiser {}

  /** Uniform with bound √(6 / fan_in). */
  record HeUniform() implements Initialiser {}

  /** Normal with std √(2 / (fan_in + fan_out)) (Glorot and Bengio 2010). */
  record GlorotNormal() implements Initialiser {}

  /** Uniform with bound √(6 / (fan_in + fan_out)). */
  record GlorotUniform() implements Initialiser {}

  /** Rows or columns orthonormal, whichever are fewer (Saxe et al. 2014). */
  record Orthogonal() implements Initialiser {}

  /** Uniform with bound 1 / √fan_in. */
  record FanInUniform() implements Initialiser {}
}
