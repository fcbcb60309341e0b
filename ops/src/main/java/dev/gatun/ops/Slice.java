package dev.gatun.ops;

import dev.gatun.memory.Shape;
import dev.gatun.ops.KernelSpec.Axis;
import java.util.List;
import java.util.stream.IntStream;

/** out[i] = x[start + i · step] along every axis, {@code size} positions of each; a step may be negative. */
public record Slice(List<Long> start, List<Long> size, List<Long> step) implements Op.Primitive {
  public Slice {
    start = List.copyOf(start);
    size = List.copyOf(size);
    step = List.copyOf(step);
  }

  @Override
  public List<TensorType> infer(List<TensorType> in) {
    Types.count(this, in, 1);
    var from = in.getFirst().shape();
    Types.require(start.size() == from.rank() && size.size() == from.rank() && step.size() == from.rank(), this, in,
        "wants a start, a size and a step for each axis");
    for (int i = 0; i < from.rank(); i++) {
      long first = start.get(i);
      long last = first + Math.max(0, size.get(i) - 1) * step.get(i);
      boolean inside = size.get(i) == 0 ? first >= 0 && first <= from.size(i)
          : first >= 0 && first < from.size(i) && last >= 0 && last < from.size(i) && size.get(i) > 0;
      Types.require(inside && step.get(i) != 0, this, in, "axis " + i + " must lie inside the operand");
    }
    return List.of(in.getFirst().withShape(Shape.of(size.stream().mapToLong(Long::longValue).toArray())));
  }

  private List<Axis> axes() {
    return IntStream.range(0, start.size()).mapToObj(i -> new Axis(i, start.get(i), step.get(i))).toList();
  }

  @Override
  public void define(List<Reference> in, List<Reference> out) {
    Views.define(axes(), in.getFirst(), out.getFirst());
  }

  @Override
  public KernelSpec lower(Op.Call call) {
    return new KernelSpec.View(call.in(0).type(), call.out(0).type(), axes());
  }

  @Override
  public List<Value> vjp(Builder b, Op.Call call, List<Value> dOut) {
    return List.of(b.apply(new Pad(call.in(0).shape(), start, step, 0), dOut.getFirst()));
  }

  @Override
  public Value simplify(Builder b, List<Value> in) {
    return in.getFirst().shape().equals(Shape.of(size.stream().mapToLong(Long::longValue).toArray()))
        && step.stream().allMatch(s -> s == 1) ? in.getFirst() : null;
  }
}
