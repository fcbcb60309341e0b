package dev.gatun.ops;

import dev.gatun.ops.KernelSpec.Axis;
import java.util.List;
import java.util.stream.IntStream;

/** Builds views, and gives their meaning once for all ops that are views. */
final class Views {
  private Views() {}

  static KernelSpec.View identity(TensorType type) {
    return new KernelSpec.View(type, type, IntStream.range(0, type.shape().rank()).mapToObj(Axis::of).toList());
  }

  /** out[i] = in[start + i · step along each axis's source]. */
  static void define(List<Axis> axes, Reference in, Reference out) {
    var strides = in.type().shape().rowMajorStrides();
    Grid.forEach(out.type().shape(), (position, number) -> {
      long offset = 0;
      for (int i = 0; i < axes.size(); i++) {
        var axis = axes.get(i);
        if (axis.source() >= 0) {
          offset += (axis.start() + position[i] * axis.step()) * strides[axis.source()];
        }
      }
      out.set(number, in.at(offset));
    });
  }
}
