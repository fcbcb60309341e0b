package dev.gatun.ops;

import dev.gatun.memory.Shape;
import java.util.List;

/**
 * x placed into a larger tensor: out[start + i · step] = x[i], elsewhere {@code fill}. Padding and dilation; with fill 0
 * the transpose of {@link Slice}.
 */
public record Pad(Shape shape, List<Long> start, List<Long> step, double fill) implements Op.Primitive {
  public Pad {
    start = List.copyOf(start);
    step = List.copyOf(step);
  }

  @Override
  public List<TensorType> infer(List<TensorType> in) {
    Types.count(this, in, 1);
    var from = in.getFirst().shape();
    Types.require(from.rank() == shape.rank() && start.size() == from.rank() && step.size() == from.rank(), this, in,
        "wants a start and a step for each axis");
    for (int i = 0; i < from.rank(); i++) {
      long first = start.get(i);
      long last = first + Math.max(0, from.size(i) - 1) * step.get(i);
      boolean inside = from.size(i) == 0
          || first >= 0 && first < shape.size(i) && last >= 0 && last < shape.size(i);
      Types.require(inside && step.get(i) != 0, this, in, "axis " + i + " must lie inside " + shape);
    }
    return List.of(in.getFirst().withShape(shape));
  }

  @Override
  public void define(List<Reference> in, List<Reference> out) {
    java.util.Arrays.fill(out.getFirst().data(), fill);
    var strides = shape.rowMajorStrides();
    Grid.forEach(in.getFirst().type().shape(), (position, number) -> {
      long offset = 0;
      for (int i = 0; i < strides.length; i++) {
        offset += (start.get(i) + position[i] * step.get(i)) * strides[i];
      }
      out.getFirst().set(offset, in.getFirst().at(number));
    });
  }

  @Override
  public KernelSpec lower(Op.Call call) {
    return new KernelSpec.Place(call.out(0).type(), fill, call.inTypes(),
        List.of(new KernelSpec.Region(start, step)));
  }

  @Override
  public List<Value> vjp(Builder b, Op.Call call, List<Value> dOut) {
    var size = java.util.Arrays.stream(call.in(0).shape().sizes()).boxed().toList();
    return List.of(b.apply(new Slice(start, size, step), dOut.getFirst()));
  }
}
