package dev.gatun.ops;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;

/** The operands one after the other along {@code axis}. */
public record Concat(int axis) implements Op.Primitive {
  @Override
  public List<TensorType> infer(List<TensorType> in) {
    Types.require(!in.isEmpty(), this, in, "wants at least one operand");
    Types.sameDType(this, in);
    var first = in.getFirst().shape();
    Types.axis(this, in, axis, first.rank());
    long total = 0;
    for (var type : in) {
      Types.require(type.shape().rank() == first.rank(), this, in, "ranks must agree");
      for (int i = 0; i < first.rank(); i++) {
        Types.require(i == axis || type.shape().size(i) == first.size(i), this, in,
            "axis " + i + " must agree");
      }
      total += type.shape().size(axis);
    }
    return List.of(in.getFirst().withShape(Types.with(first, axis, total)));
  }

  @Override
  public void define(List<Reference> in, List<Reference> out) {
    var strides = out.getFirst().type().shape().rowMajorStrides();
    long start = 0;
    for (var part : in) {
      long offset = start * strides[axis];
      Grid.forEach(part.type().shape(),
          (position, number) -> out.getFirst().set(offset + Grid.offset(position, strides), part.at(number)));
      start += part.type().shape().size(axis);
    }
  }

  @Override
  public KernelSpec lower(Op.Call call) {
    var regions = new ArrayList<KernelSpec.Region>();
    var ones = Collections.nCopies(call.out(0).rank(), 1L);
    long start = 0;
    for (var part : call.in()) {
      var starts = new ArrayList<>(Collections.nCopies(call.out(0).rank(), 0L));
      starts.set(axis, start);
      regions.add(new KernelSpec.Region(starts, ones));
      start += part.shape().size(axis);
    }
    return new KernelSpec.Place(call.out(0).type(), 0, call.inTypes(), regions);
  }

  @Override
  public List<Value> vjp(Builder b, Op.Call call, List<Value> dOut) {
    var parts = new ArrayList<Value>();
    long start = 0;
    for (var part : call.in()) {
      long size = part.shape().size(axis);
      parts.add(b.slice(dOut.getFirst(), axis, start, size));
      start += size;
    }
    return parts;
  }

  @Override
  public Value simplify(Builder b, List<Value> in) {
    if (in.stream().anyMatch(v -> v.node().op().equals(this))) {
      return b.concat(in.stream().flatMap(v -> v.node().op().equals(this) ? v.node().inputs().stream() : Stream.of(v))
          .toList(), axis);
    }
    return in.size() == 1 ? in.getFirst() : null;
  }
}
