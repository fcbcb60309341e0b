package dev.gatun.ops;

import dev.gatun.memory.DType;
import dev.gatun.memory.Shape;
import java.util.List;

/** (x, part, at) → x with part at positions at, at + 1, … of {@code axis}; what falls outside x is dropped. */
public record Write(int axis) implements Op.Composite {
  @Override
  public List<Value> expand(Builder b, List<Value> in) {
    var x = in.get(0);
    var part = in.get(1);
    var at = in.get(2);
    long size = part.shape().size(axis);
    Types.require(at.type().equals(TensorType.scalar(DType.I32)), this, Node.types(in), "wants an i32[] position");
    Types.require(part.type().withShape(Types.with(part.shape(), axis, x.shape().size(axis))).equals(x.type()), this,
        Node.types(in), "the part must agree with x but along the axis");
    var line = Shape.of(x.shape().size(axis));
    var offset = b.sub(b.index(line, 0), b.broadcast(at, line));
    var inside = b.and(b.greaterEqual(offset, b.like(offset, 0)), b.less(offset, b.like(offset, size)));
    var safe = b.select(inside, offset, b.like(offset, 0));
    var moved = b.apply(new Gather(axis, 0), part, safe);
    var sizes = new long[x.rank()];
    java.util.Arrays.fill(sizes, 1);
    sizes[axis] = line.size(0);
    return List.of(b.select(b.broadcast(b.reshape(inside, Shape.of(sizes)), x.shape()), moved, x));
  }
}
