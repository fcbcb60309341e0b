package dev.gatun.ops;

import java.util.ArrayList;
import java.util.List;

/** An application of a primitive op to values; immutable, and its results' types are inferred when it is made. */
public final class Node {
  private final Op.Primitive op;
  private final List<Value> inputs;
  private final List<Value> outputs;
  private final String origin;
  private final Frame frame;

  Node(Op.Primitive op, List<Value> inputs, String origin, Frame frame) {
    this.op = op;
    this.inputs = List.copyOf(inputs);
    this.origin = origin;
    this.frame = frame;
    var types = op.infer(types(this.inputs));
    var results = new ArrayList<Value>(types.size());
    for (int i = 0; i < types.size(); i++) {
      results.add(new Value(this, i, types.get(i)));
    }
    this.outputs = List.copyOf(results);
  }

  static List<TensorType> types(List<Value> values) {
    return values.stream().map(Value::type).toList();
  }

  public Op.Primitive op() {
    return op;
  }

  public List<Value> inputs() {
    return inputs;
  }

  public List<Value> outputs() {
    return outputs;
  }

  /** Where the node comes from, for errors and profiles: a call path or a place in a source file; may be empty. */
  public String origin() {
    return origin;
  }

  /** The innermost call in which the node was made first; null if it was made outside of all. */
  public Frame frame() {
    return frame;
  }

  public List<TensorType> inputTypes() {
    return types(inputs);
  }

  public List<TensorType> outputTypes() {
    return types(outputs);
  }

  @Override
  public String toString() {
    return op.label() + inputTypes() + " -> " + outputTypes();
  }
}
