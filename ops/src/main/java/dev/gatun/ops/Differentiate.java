package dev.gatun.ops;

import dev.gatun.memory.DType;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Reverse-mode differentiation: emits the graph of Σ dyⁱ · ∂yⁱ/∂x. Gradients are made of ops that have gradients, so it
 * can be applied to its own result. The gradient of a value has its shape and dtype; of f16 and bf16, which only store,
 * it is f32, in which gradients are added up.
 */
public final class Differentiate {
  private final Builder builder;
  private final Map<Value, Value> gradients = new HashMap<>();

  private Differentiate(Builder builder) {
    this.builder = builder;
  }

  /** The type of the gradient of a value of floats. */
  static TensorType typeOf(TensorType x) {
    return x.dtype().isStorageOnly() ? x.withDType(DType.F32) : x;
  }

  /** The gradient of one number with respect to each of {@code xs}; zeros where it does not depend on one. */
  public static List<Value> gradients(Builder builder, Value y, List<Value> xs) {
    if (y.rank() != 0 || !y.dtype().isFloat()) {
      throw new IllegalArgumentException("a gradient is taken of one float number, found " + y.type());
    }
    var found = gradients(builder, Map.of(y, builder.constant(typeOf(y.type()), 1)), xs);
    return java.util.stream.IntStream.range(0, xs.size())
        .mapToObj(i -> found.get(i) == null ? builder.constant(typeOf(xs.get(i).type()), 0) : found.get(i)).toList();
  }

  /** The gradient with respect to each of {@code xs}, given those of results; null where nothing flows. */
  public static List<Value> gradients(Builder builder, Map<Value, Value> seeds, List<Value> xs) {
    var differentiate = new Differentiate(builder);
    differentiate.gradients.putAll(seeds);
    differentiate.backward(seeds.keySet(), xs);
    return java.util.Arrays.asList(xs.stream().map(differentiate.gradients::get).toArray(Value[]::new));
  }

  private void backward(Collection<Value> ys, Collection<Value> xs) {
    var order = Graph.ordered(ys);
    var reached = Graph.reachableFrom(xs, order);
    for (var node : order.reversed()) {
      boolean onPath = node.inputs().stream().anyMatch(v -> reached.contains(v.node()));
      if (onPath && node.outputs().stream().anyMatch(gradients::containsKey)) {
        builder.at(node.origin(), () -> {
          propagate(node);
          return null;
        });
      }
    }
  }

  private void propagate(Node node) {
    var op = node.op().withResiduals();
    var results = op.equals(node.op()) ? node.outputs() : builder.apply(op, node.inputs());
    var dOut = new Value[results.size()];
    for (int i = 0; i < node.outputs().size(); i++) {
      dOut[i] = gradients.get(node.outputs().get(i));
    }
    var dIn = op.vjp(builder, new Op.Call(op, node.inputs(), results), java.util.Arrays.asList(dOut));
    for (int i = 0; i < dIn.size(); i++) {
      if (dIn.get(i) != null) {
        gradients.merge(node.inputs().get(i), dIn.get(i), builder::add);
      }
    }
  }
}
