package dev.gatun.graph.onnx;

import dev.gatun.ops.Reference;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A NodeProto (onnx.proto3) and what is known of its operands: how the model language calls them, and their values,
 * which are all that tells a static model about shapes and axes.
 */
record OnnxNode(String operator, List<String> inputs, List<String> outputs, Map<String, Protobuf> attributes,
    List<Reference> values, List<Reference> results) {

  static OnnxNode of(Protobuf node, Map<String, Reference> values, Map<String, Reference> results) {
    var attributes = new HashMap<String, Protobuf>();
    node.messages(5).forEach(a -> attributes.put(a.text(1), a));
    return new OnnxNode(node.text(4), node.texts(1), node.texts(2), attributes,
        node.texts(1).stream().map(values::get).toList(), node.texts(2).stream().map(results::get).toList());
  }

  boolean has(int input) {
    return input < inputs.size() && !inputs.get(input).isEmpty();
  }

  boolean wants(int output) {
    return output < outputs.size() && !outputs.get(output).isEmpty();
  }

  boolean has(String attribute) {
    return attributes.containsKey(attribute);
  }

  long integer(String attribute, long otherwise) {
    return has(attribute) ? attributes.get(attribute).number(3, 0) : otherwise;
  }

  /** A number as the language writes it. */
  String real(String attribute, double otherwise) {
    return written(has(attribute) ? attributes.get(attribute).floats(2).getFirst() : otherwise);
  }

  /** The first number that an operand holds, as the language writes it. */
  String first(int input) {
    return written(values.get(input).at(0));
  }

  private static String written(double number) {
    return Double.toString(number).toLowerCase(java.util.Locale.ROOT);
  }

  String text(String attribute, String otherwise) {
    return has(attribute) ? attributes.get(attribute).text(4) : otherwise;
  }

  List<Long> integers(String attribute, List<Long> otherwise) {
    return has(attribute) ? attributes.get(attribute).integers(8) : otherwise;
  }

  int rank(int input) {
    return values.get(input).type().shape().rank();
  }

  long size(int input, int axis) {
    return values.get(input).type().shape().size(axis);
  }

  /** The whole numbers that an operand holds. */
  List<Long> data(int input) {
    return java.util.Arrays.stream(values.get(input).data()).mapToObj(v -> (long) v).toList();
  }

  /** The sizes that a result must have, as a list of the language. */
  String resultShape(int output) {
    return list(java.util.Arrays.stream(results.get(output).type().shape().sizes()).boxed().toList());
  }

  static String list(List<Long> numbers) {
    return numbers.stream().map(String::valueOf).collect(Collectors.joining(", ", "[", "]"));
  }
}
