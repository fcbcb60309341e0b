package dev.gatun.ops;

import dev.gatun.memory.DType;
import dev.gatun.memory.Shape;
import dev.gatun.ops.KernelSpec.Fold;
import java.util.Arrays;
import java.util.List;

/** out = the fold of x over {@code axes}, which keep size 1. Integer sums are i64. */
public record Reduce(Fold fold, List<Integer> axes) implements Op.Primitive {
  public Reduce {
    axes = List.copyOf(axes);
  }

  @Override
  public List<TensorType> infer(List<TensorType> in) {
    Types.count(this, in, 1);
    Types.computes(this, in);
    var type = in.getFirst();
    Types.require(type.dtype() != DType.BOOL || fold == Fold.MAX || fold == Fold.MIN, this, in,
        "wants numbers: any and all are max and min of bools");
    var sizes = type.shape().sizes();
    for (int axis : axes) {
      Types.axis(this, in, axis, sizes.length);
      sizes[axis] = 1;
    }
    return List.of(new TensorType(fold.result(type.dtype()), Shape.of(sizes)));
  }

  @Override
  public void define(List<Reference> in, List<Reference> out) {
    var x = in.getFirst();
    var result = out.getFirst();
    var strides = result.type().shape().rowMajorStrides();
    axes.forEach(axis -> strides[axis] = 0);
    Arrays.fill(result.data(), fold.identity(x.type().dtype()));
    Grid.forEach(x.type().shape(), (position, number) -> {
      int to = Grid.offset(position, strides);
      result.set(to, fold.apply(result.at(to), x.at(number)));
    });
  }

  @Override
  public KernelSpec lower(Op.Call call) {
    var type = call.in(0).type();
    var reduction = new KernelSpec.Reduction(fold, new Expr.Input(0, type.dtype()));
    return new KernelSpec.Row(type.shape(), axes, List.of(type), List.of(reduction),
        List.of(new Expr.Fold(0, reduction.dtype())), List.of());
  }

  /** The gradient of a maximum is shared equally by all elements that reach it. */
  @Override
  public List<Value> vjp(Builder b, Op.Call call, List<Value> dOut) {
    var x = call.in(0);
    var dy = dOut.getFirst();
    if (!x.dtype().isFloat()) {
      return Arrays.asList((Value) null);
    }
    return List.of(switch (fold) {
      case SUM -> b.broadcast(dy, x.shape());
      case PRODUCT -> productGradient(b, x, dy);
      case MAX, MIN -> {
        var hit = b.equal(x, b.broadcast(call.out(0), x.shape()));
        var one = b.select(hit, b.like(x, 1), b.like(x, 0));
        yield b.mul(one, b.broadcast(b.div(dy, b.sum(one, axes, true)), x.shape()));
      }
    });
  }

  /** Each factor's gradient is the product of the others, taken without division so that zeros are right. */
  private Value productGradient(Builder b, Value x, Value dy) {
    int axis = axes.getLast();
    if (axes.size() > 1) {
      var outer = b.apply(new Reduce(fold, axes.subList(0, axes.size() - 1)), x);
      var inner = new Reduce(fold, List.of(axis)).productGradient(b, outer, dy);
      return new Reduce(fold, axes.subList(0, axes.size() - 1)).productGradient(b, x, inner);
    }
    long size = x.shape().size(axis);
    var order = new java.util.ArrayList<Integer>();
    for (int i = 0; i < x.rank(); i++) {
      order.add(i);
    }
    order.remove(axis);
    order.add(axis);
    var rows = b.transpose(x, order);
    var square = Shape.of(java.util.stream.LongStream.concat(
        Arrays.stream(rows.shape().sizes()), java.util.stream.LongStream.of(size)).toArray());
    int last = square.rank() - 1;
    var repeated = b.broadcast(b.reshape(rows, Types.with(square, last - 1, 1)), square);
    var diagonal = b.equal(b.index(square, last), b.index(square, last - 1));
    var others = b.select(diagonal, b.like(repeated, 1), repeated);
    var products = b.reshape(b.apply(new Reduce(fold, List.of(last)), others), rows.shape());
    var back = new Transpose(order);
    var inverse = java.util.stream.IntStream.range(0, order.size()).mapToObj(back.order()::indexOf).toList();
    return b.mul(b.transpose(products, inverse), b.broadcast(dy, x.shape()));
  }

  @Override
  public Value simplify(Builder b, List<Value> in) {
    var x = in.getFirst();
    boolean nothing = axes.stream().allMatch(a -> x.shape().size(a) == 1);
    if (nothing && fold.result(x.dtype()) == x.dtype()) {
      return x;
    }
    boolean planes = java.util.stream.IntStream.range(2, x.rank()).allMatch(axes::contains);
    // Unpooling moves numbers within a plane, so the sum over planes is that of what was moved.
    return fold == Fold.SUM && planes && x.node().op() instanceof Unpool u && !u.transposed()
        ? b.apply(this, x.node().inputs().getFirst()) : null;
  }
}
