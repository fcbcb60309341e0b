package dev.gatun.graph.onnx;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A message in protobuf's wire format: its fields in order, by number. */
record Protobuf(List<Field> fields) {

  /** A field: its number, and a number or a run of bytes. */
  record Field(int number, long value, ByteBuffer bytes) {}

  static Protobuf parse(ByteBuffer from) {
    var bytes = from.slice().order(ByteOrder.LITTLE_ENDIAN);
    var fields = new ArrayList<Field>();
    while (bytes.hasRemaining()) {
      long key = varint(bytes);
      int number = (int) (key >>> 3);
      switch ((int) key & 7) {
        case 0 -> fields.add(new Field(number, varint(bytes), null));
        case 1 -> fields.add(new Field(number, bytes.getLong(), null));
        case 5 -> fields.add(new Field(number, bytes.getInt(), null));
        case 2 -> {
          int size = Math.toIntExact(varint(bytes));
          fields.add(new Field(number, 0, bytes.slice(bytes.position(), size).order(ByteOrder.LITTLE_ENDIAN)));
          bytes.position(bytes.position() + size);
        }
        default -> throw new IllegalArgumentException("a field of wire type " + (key & 7));
      }
    }
    return new Protobuf(fields);
  }

  private static long varint(ByteBuffer bytes) {
    long value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      byte next = bytes.get();
      value |= (long) (next & 127) << shift;
      if (next >= 0) {
        return value;
      }
    }
    throw new IllegalArgumentException("a varint of more than ten bytes");
  }

  private List<Field> all(int number) {
    return fields.stream().filter(f -> f.number == number).toList();
  }

  List<Protobuf> messages(int number) {
    return all(number).stream().map(f -> parse(f.bytes)).toList();
  }

  List<String> texts(int number) {
    return all(number).stream().map(f -> StandardCharsets.UTF_8.decode(f.bytes.slice()).toString()).toList();
  }

  String text(int number) {
    var found = texts(number);
    return found.isEmpty() ? "" : found.getLast();
  }

  long number(int number, long otherwise) {
    var found = all(number);
    return found.isEmpty() ? otherwise : found.getLast().value;
  }

  ByteBuffer bytes(int number) {
    var found = all(number);
    return found.isEmpty() ? null : found.getLast().bytes.slice().order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Repeated integers, packed or not. */
  List<Long> integers(int number) {
    var found = new ArrayList<Long>();
    for (var field : all(number)) {
      if (field.bytes == null) {
        found.add(field.value);
      } else {
        for (var rest = field.bytes.slice(); rest.hasRemaining(); ) {
          found.add(varint(rest));
        }
      }
    }
    return found;
  }

  /** Repeated floats, packed or not. */
  List<Double> floats(int number) {
    var found = new ArrayList<Double>();
    for (var field : all(number)) {
      if (field.bytes == null) {
        found.add((double) Float.intBitsToFloat((int) field.value));
      } else {
        for (var rest = field.bytes.slice().order(ByteOrder.LITTLE_ENDIAN); rest.hasRemaining(); ) {
          found.add((double) rest.getFloat());
        }
      }
    }
    return found;
  }

  /** Repeated doubles, packed or not. */
  List<Double> doubles(int number) {
    var found = new ArrayList<Double>();
    for (var field : all(number)) {
      if (field.bytes == null) {
        found.add(Double.longBitsToDouble(field.value));
      } else {
        for (var rest = field.bytes.slice().order(ByteOrder.LITTLE_ENDIAN); rest.hasRemaining(); ) {
          found.add(rest.getDouble());
        }
      }
    }
    return found;
  }
}
