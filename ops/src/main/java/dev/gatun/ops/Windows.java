package dev.gatun.ops;

import dev.gatun.memory.Shape;
import java.util.List;

/** The type rule and the walk that pooling ops share. */
final class Windows {
  private Windows() {}

  /**
   * Receives a window: its plane (n · C + c), the row-major number of its result, its position and the plane's shape.
   */
  interface Visitor {
    void visit(long plane, long result, long[] output, Shape from);
  }

  /** The type of the results of windows over {@code data}. */
  static TensorType output(Op op, List<TensorType> in, TensorType data, Geometry geometry) {
    var shape = data.shape();
    Types.require(shape.rank() == geometry.rank() + 2, op, in, "wants " + geometry.rank() + " spatial axes");
    for (int i = 0; i < geometry.rank(); i++) {
      Types.require(geometry.padLow().get(i) < geometry.kernel().get(i)
          && geometry.padHigh().get(i) < geometry.kernel().get(i), op, in, "the pad must be smaller than the kernel");
    }
    for (int i = 0; i < geometry.rank(); i++) {
      Types.require(touches(geometry, i, shape.size(i + 2)), op, in, "a window along axis " + (i + 2)
          + " lies in the padding alone");
    }
    var spatial = geometry.outputs(Geometry.spatial(shape));
    Types.require(spatial.elements() > 0 || shape.elements() == 0, op, in, "the window is larger than the padded input");
    return data.withShape(Geometry.shape(shape.size(0), shape.size(1), spatial));
  }

  /** Whether every window along an axis has a position in the operand: those that start in the pad may step over it. */
  private static boolean touches(Geometry geometry, int i, long size) {
    long dilation = geometry.dilation().get(i);
    long outputs = geometry.outputs(i, size);
    long start = -(long) geometry.padLow().get(i);
    for (long output = 0; output < outputs && start < 0; output++) {
      long first = Math.floorMod(start, dilation);
      if (first >= size || (first - start) / dilation >= geometry.kernel().get(i)) {
        return false;
      }
      start += geometry.stride().get(i);
    }
    return true;
  }

  static void forEach(Shape data, Geometry geometry, Visitor visitor) {
    var from = Geometry.spatial(data);
    var to = geometry.outputs(from);
    for (long plane = 0; plane < data.size(0) * data.size(1); plane++) {
      long base = plane * to.elements();
      long current = plane;
      Grid.forEach(to, (output, number) -> visitor.visit(current, base + number, output, from));
    }
  }
}
