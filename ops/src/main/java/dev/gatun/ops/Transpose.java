package dev.gatun.ops;

import dev.gatun.memory.Shape;
import dev.gatun.ops.KernelSpec.Axis;
import java.util.HashSet;
import java.util.List;
import java.util.stream.IntStream;

/** Axis i of the result is axis {@code order[i]} of x. */
public record Transpose(List<Integer> order) implements Op.Primitive {
  public Transpose {
    order = List.copyOf(order);
  }

  @Override
  public List<TensorType> infer(List<TensorType> in) {
    Types.count(this, in, 1);
    var from = in.getFirst().shape();
    boolean permutation = order.size() == from.rank() && new HashSet<>(order).size() == order.size()
        && order.stream().allMatch(a -> a >= 0 && a < from.rank());
    Types.require(permutation, this, in, "the order must name each axis once");
    return List.of(in.getFirst().withShape(Shape.of(order.stream().mapToLong(from::size).toArray())));
  }

  private List<Axis> axes() {
    return order.stream().map(Axis::of).toList();
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
    return List.of(b.transpose(dOut.getFirst(), inverse()));
  }

  private List<Integer> inverse() {
    return IntStream.range(0, order.size()).mapToObj(order::indexOf).toList();
  }

  private boolean swapsLast() {
    int last = order.size() - 1;
    return last >= 1 && order.get(last) == last - 1 && order.get(last - 1) == last
        && IntStream.range(0, last - 1).allMatch(i -> order.get(i) == i);
  }

  /** (aᵀ · b)ᵀ = bᵀ · a: the gradient of a weight that was used transposed, in the weight's own layout. */
  private static Value ofProduct(Builder b, Node product) {
    var first = product.inputs().get(0);
    boolean transposed = first.node().op() instanceof Transpose t && t.swapsLast();
    return transposed ? b.apply(product.op(), b.transposeLast(product.inputs().get(1)), b.transposeLast(first)) : null;
  }

  @Override
  public Value simplify(Builder b, List<Value> in) {
    var x = in.getFirst();
    if (IntStream.range(0, order.size()).allMatch(i -> order.get(i) == i)) {
      return x;
    }
    if (x.node().op() instanceof Transpose inner) {
      return b.transpose(x.node().inputs().getFirst(), order.stream().map(inner.order::get).toList());
    }
    return x.node().op() instanceof MatMul && swapsLast() ? ofProduct(b, x.node()) : null;
  }
}
