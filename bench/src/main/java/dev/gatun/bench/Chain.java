package dev.gatun.bench;

/** y = relu(x · z + t) + x of so many numbers of f32. */
public record Chain(int elements) implements Written {
  @Override
  public String name() {
    return "relu(x·z+t)+x, arrays of " + Sizes.bytes(4L * elements);
  }

  @Override
  public String text() {
    return "model chain(x: f32[" + elements + "], z: f32[" + elements + "], t: f32[" + elements
        + "]) { output y = relu(x * z + t) + x }";
  }

  @Override
  public double flops() {
    return 0;
  }
}
