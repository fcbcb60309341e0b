package dev.gatun.graph.onnx;

import dev.gatun.memory.DType;
import dev.gatun.memory.Shape;
import dev.gatun.ops.Reference;
import dev.gatun.ops.TensorType;
import java.nio.ByteBuffer;
import java.util.List;

/** Reads a TensorProto (onnx.proto3). */
final class OnnxTensor {
  private OnnxTensor() {}

  /** The tensor's numbers, or null if Gatun has no such dtype. */
  static Reference read(Protobuf tensor) {
    var dtype = dtype((int) tensor.number(2, 0));
    if (dtype == null) {
      return null;
    }
    var shape = Shape.of(tensor.integers(1).stream().mapToLong(Long::longValue).toArray());
    var raw = tensor.bytes(9);
    var values = new double[Math.toIntExact(shape.elements())];
    for (int i = 0; i < values.length; i++) {
      values[i] = raw != null ? raw(raw, dtype) : listed(tensor, dtype).get(i).doubleValue();
    }
    return Reference.of(new TensorType(dtype, shape), values);
  }

  static DType dtype(int number) {
    return switch (number) {
      case 1 -> DType.F32;
      case 2 -> DType.U8;
      case 3 -> DType.I8;
      case 6 -> DType.I32;
      case 7 -> DType.I64;
      case 9 -> DType.BOOL;
      case 10 -> DType.F16;
      case 11 -> DType.F64;
      case 16 -> DType.BF16;
      default -> null;
    };
  }

  private static double raw(ByteBuffer raw, DType dtype) {
    return switch (dtype) {
      case F32 -> raw.getFloat();
      case F64 -> raw.getDouble();
      case I32 -> raw.getInt();
      case I64 -> raw.getLong();
      case F16 -> Float.float16ToFloat(raw.getShort());
      case BF16 -> Float.intBitsToFloat(raw.getShort() << 16);
      case I8 -> raw.get();
      case U8, BOOL -> raw.get() & 0xff;
    };
  }

  private static List<? extends Number> listed(Protobuf tensor, DType dtype) {
    return switch (dtype) {
      case F32 -> tensor.floats(4);
      case F64 -> tensor.doubles(10);
      case I64 -> tensor.integers(7);
      case I32, I8, U8, BOOL -> tensor.integers(5).stream().map(Long::intValue).toList();
      case F16 -> tensor.integers(5).stream().map(v -> Float.float16ToFloat(v.shortValue())).toList();
      case BF16 -> tensor.integers(5).stream().map(v -> Float.intBitsToFloat(v.intValue() << 16)).toList();
    };
  }
}
