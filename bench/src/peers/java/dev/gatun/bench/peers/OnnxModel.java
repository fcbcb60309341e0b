package dev.gatun.bench.peers;

import ai.onnxruntime.OnnxJavaType;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/**
 * Writes a model in the ONNX format (onnx.proto, a Protocol Buffers message), as far as works need it:
 * fields are numbered as there.
 */
final class OnnxModel {
  private static final int IR_VERSION = 10;
  private static final int OPERATORS = 20;
  private static final int ATTRIBUTE_FLOAT = 1;
  private static final int ATTRIBUTE_INT = 2;
  private static final int ATTRIBUTE_INTS = 7;

  private final Message graph = new Message().text(2, "work");

  /** A message that is being written. */
  private static final class Message {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    private void varint(long value) {
      long rest = value;
      while ((rest & ~0x7fL) != 0) {
        out.write((int) (rest & 0x7f | 0x80));
        rest >>>= 7;
      }
      out.write((int) rest);
    }

    Message number(int field, long value) {
      varint((long) field << 3);
      varint(value);
      return this;
    }

    Message fixed(int field, float value) {
      varint((long) field << 3 | 5);
      out.writeBytes(ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putFloat(value).array());
      return this;
    }

    Message bytes(int field, byte[] value) {
      varint((long) field << 3 | 2);
      varint(value.length);
      out.writeBytes(value);
      return this;
    }

    Message text(int field, String value) {
      return bytes(field, value.getBytes(StandardCharsets.UTF_8));
    }

    Message message(int field, Message value) {
      return bytes(field, value.out.toByteArray());
    }
  }

  private static Message value(String name, OnnxJavaType type, long... shape) {
    var sizes = new Message();
    for (long size : shape) {
      sizes.message(1, new Message().number(1, size));
    }
    var tensor = new Message().number(1, code(type)).message(2, sizes);
    return new Message().text(1, name).message(2, new Message().message(1, tensor));
  }

  /** The number that the format has for a type (TensorProto.DataType). */
  static int code(OnnxJavaType type) {
    return switch (type) {
      case FLOAT -> 1;
      case UINT8 -> 2;
      case INT8 -> 3;
      case INT32 -> 6;
      case FLOAT16 -> 10;
      case BFLOAT16 -> 16;
      default -> throw new IllegalArgumentException("a tensor of " + type);
    };
  }

  OnnxModel input(String name, OnnxJavaType type, long... shape) {
    graph.message(11, value(name, type, shape));
    return this;
  }

  OnnxModel output(String name, OnnxJavaType type, long... shape) {
    graph.message(12, value(name, type, shape));
    return this;
  }

  /** A constant of f32. */
  OnnxModel constant(String name, float[] numbers, long... shape) {
    var bytes = ByteBuffer.allocate(4 * numbers.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(numbers);
    return constant(name, OnnxJavaType.FLOAT, bytes.array(), shape);
  }

  /** A constant, given as its bytes lie in memory. */
  OnnxModel constant(String name, OnnxJavaType type, byte[] bytes, long... shape) {
    var tensor = new Message();
    for (long size : shape) {
      tensor.number(1, size);
    }
    graph.message(5, tensor.number(2, code(type)).text(8, name).bytes(9, bytes));
    return this;
  }

  /** A node with one result; attributes are a Long, a Float or a List of Long. */
  OnnxModel node(String operator, List<String> inputs, String result, Map<String, Object> attributes) {
    var node = new Message();
    inputs.forEach(input -> node.text(1, input));
    node.text(2, result).text(4, operator);
    attributes.forEach((name, value) -> node.message(5, attribute(name, value)));
    graph.message(1, node);
    return this;
  }

  private static Message attribute(String name, Object value) {
    var attribute = new Message().text(1, name);
    return switch (value) {
      case Float number -> attribute.fixed(2, number).number(20, ATTRIBUTE_FLOAT);
      case Long number -> attribute.number(3, number).number(20, ATTRIBUTE_INT);
      case List<?> numbers -> {
        numbers.forEach(number -> attribute.number(8, (Long) number));
        yield attribute.number(20, ATTRIBUTE_INTS);
      }
      default -> throw new IllegalArgumentException("attribute " + name + " = " + value);
    };
  }

  /** The file. */
  byte[] bytes() {
    var operators = new Message().text(1, "").number(2, OPERATORS);
    return new Message().number(1, IR_VERSION).message(7, graph).message(8, operators).out.toByteArray();
  }
}
