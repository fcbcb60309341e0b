package dev.gatun.memory;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;

/**
 * The JSON header of a safetensors file. Its grammar has a fixed depth, so it is read without recursion:
 *
 * <pre>
 * header   := { "__metadata__": { string: string, … }, name: tensor, … }     each key at most once, any order
 * tensor   := { "dtype": string, "shape": [natural, …], "data_offsets": [begin, end] }
 * </pre>
 *
 * @param tensors  in the order of the file
 * @param metadata in the order of the file
 */
record SafetensorsHeader(SequencedMap<String, Entry> tensors, SequencedMap<String, String> metadata) {
  static final String METADATA = "__metadata__";

  /**
   * Where one tensor stands.
   *
   * @param begin first byte, counted from the end of the header
   * @param end   the byte after the last
   */
  record Entry(DType dtype, Shape shape, long begin, long end) {}

  /** Parses and checks a header; the tensors fill {@code dataBytes} without gap or overlap. */
  static SafetensorsHeader parse(String text, long dataBytes) throws FormatException {
    var in = new TextCursor(text);
    var tensors = new LinkedHashMap<String, Entry>();
    SequencedMap<String, String> metadata = null;
    in.require("{");
    if (!in.accept("}")) {
      do {
        var key = JsonText.read(in);
        in.require(":");
        if (key.equals(METADATA) && metadata == null) {
          metadata = metadata(in);
        } else if (key.equals(METADATA) || tensors.containsKey(key)) {
          throw new FormatException("each name once in the header", "`" + key + "` twice");
        } else {
          tensors.put(key, entry(in, key));
        }
      } while (in.accept(","));
      in.require("}");
    }
    in.requireEnd();
    requireTiling(tensors, dataBytes);
    return new SafetensorsHeader(tensors, metadata == null ? new LinkedHashMap<>() : metadata);
  }

  private static SequencedMap<String, String> metadata(TextCursor in) throws FormatException {
    var metadata = new LinkedHashMap<String, String>();
    in.require("{");
    if (in.accept("}")) {
      return metadata;
    }
    do {
      var key = JsonText.read(in);
      in.require(":");
      if (metadata.put(key, JsonText.read(in)) != null) {
        throw new FormatException("each key once in the metadata", "`" + key + "` twice");
      }
    } while (in.accept(","));
    in.require("}");
    return metadata;
  }

  private static Entry entry(TextCursor in, String name) throws FormatException {
    String dtype = null;
    long[] sizes = null;
    long[] offsets = null;
    in.require("{");
    do {
      var key = JsonText.read(in);
      in.require(":");
      if (key.equals("dtype") && dtype == null) {
        dtype = JsonText.read(in);
      } else if (key.equals("shape") && sizes == null) {
        sizes = naturals(in, Shape.MAX_RANK);
      } else if (key.equals("data_offsets") && offsets == null) {
        offsets = naturals(in, 2);
      } else {
        throw new FormatException("dtype, shape and data_offsets once each in tensor `" + name + "`", "key `" + key + "`");
      }
    } while (in.accept(","));
    in.require("}");
    if (dtype == null || sizes == null || offsets == null || offsets.length != 2) {
      throw new FormatException("dtype, shape and two data_offsets in tensor `" + name + "`", "one of them missing");
    }
    return entry(name, dtype, sizes, offsets[0], offsets[1]);
  }

  private static Entry entry(String name, String typeName, long[] sizes, long begin, long end) throws FormatException {
    var dtype = dtype(name, typeName);
    var shape = TensorFile.shape("tensor `" + name + "`", dtype, sizes);
    long bytes = shape.elements() * dtype.bytes();
    if (end < begin || end - begin != bytes) {
      throw new FormatException("data_offsets " + bytes + " bytes apart for tensor `" + name + "` of type " + dtype + shape,
          "[" + begin + ", " + end + "]");
    }
    return new Entry(dtype, shape, begin, end);
  }

  private static long[] naturals(TextCursor in, int most) throws FormatException {
    var values = new ArrayList<Long>();
    in.require("[");
    if (!in.accept("]")) {
      do {
        if (values.size() == most) {
          throw in.error("at most " + most + " numbers");
        }
        values.add(in.natural());
      } while (in.accept(","));
      in.require("]");
    }
    return values.stream().mapToLong(Long::longValue).toArray();
  }

  private static void requireTiling(Map<String, Entry> tensors, long dataBytes) throws FormatException {
    var ascending = new ArrayList<>(tensors.entrySet());
    ascending.sort(Comparator.comparingLong((Map.Entry<String, Entry> tensor) -> tensor.getValue().begin())
        .thenComparingLong(tensor -> tensor.getValue().end()));
    long at = 0;
    for (var tensor : ascending) {
      if (tensor.getValue().begin() != at) {
        throw new FormatException("tensor `" + tensor.getKey() + "` to begin at data byte " + at
            + ", since tensors leave no gap and do not overlap", "data byte " + tensor.getValue().begin());
      }
      at = tensor.getValue().end();
    }
    if (at != dataBytes) {
      throw new FormatException(at + " bytes of data, where the last tensor ends", dataBytes + " bytes");
    }
  }

  /** The header as JSON without spaces. */
  String text() {
    var out = new StringBuilder("{");
    if (!metadata.isEmpty()) {
      JsonText.write(out, METADATA);
      out.append(":{");
      for (var pair : metadata.entrySet()) {
        comma(out);
        JsonText.write(out, pair.getKey());
        out.append(':');
        JsonText.write(out, pair.getValue());
      }
      out.append('}');
    }
    for (var tensor : tensors.entrySet()) {
      comma(out);
      JsonText.write(out, tensor.getKey());
      var entry = tensor.getValue();
      out.append(":{\"dtype\":\"").append(typeName(entry.dtype()))
          .append("\",\"shape\":").append(entry.shape().toString().replace(" ", ""))
          .append(",\"data_offsets\":[").append(entry.begin()).append(',').append(entry.end()).append("]}");
    }
    return out.append('}').toString();
  }

  private static void comma(StringBuilder out) {
    if (out.charAt(out.length() - 1) != '{') {
      out.append(',');
    }
  }

  private static DType dtype(String name, String typeName) throws FormatException {
    for (var dtype : DType.values()) {
      if (typeName(dtype).equals(typeName)) {
        return dtype;
      }
    }
    throw new FormatException("a dtype that Gatun reads in tensor `" + name + "`", "`" + typeName + "`");
  }

  /** The name of a dtype in this format: its label in capitals. */
  private static String typeName(DType dtype) {
    return dtype.label().toUpperCase(Locale.ROOT);
  }
}
