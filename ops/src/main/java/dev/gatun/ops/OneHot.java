package dev.gatun.ops;

import java.util.List;

/** out[i…, c] = (index[i…] = c), for c below {@code size}; an index outside gives a row of false. */
public record OneHot(long size) implements Op.Composite {
  @Override
  public List<Value> expand(Builder b, List<Value> in) {
    var index = in.getFirst();
    var sizes = java.util.Arrays.copyOf(index.shape().sizes(), index.rank() + 1);
    sizes[index.rank()] = 1;
    var column = b.reshape(index, dev.gatun.memory.Shape.of(sizes));
    sizes[index.rank()] = size;
    var shape = dev.gatun.memory.Shape.of(sizes);
    return List.of(b.equal(b.broadcast(column, shape), b.index(shape, index.rank())));
  }
}
