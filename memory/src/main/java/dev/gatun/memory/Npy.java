package dev.gatun.memory;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;

/**
 * One array in one file, in NumPy's format 1.0 or 2.0.
 *
 * <p>Source: NumPy Enhancement Proposal 1 and the documentation of {@code numpy.lib.format}. bf16 has no name there.
 * Stricter than NumPy: nothing may follow the array, a header may take 64 KiB, and a truth value is 0 or 1.
 */
public final class Npy {
  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
  private static final int VERSION_AT = MAGIC.length;
  private static final int LENGTH_AT = VERSION_AT + 2;
  private static final int HEADER_LIMIT = 1 << 16;
  private static final int HEADER_ALIGNMENT = 64;

  /** Kind and size as the format writes them, without the mark for the order of bytes. */
  private static final Map<DType, String> CODES = Map.of(DType.F32, "f4", DType.F64, "f8", DType.F16, "f2",
      DType.I64, "i8", DType.I32, "i4", DType.I8, "i1", DType.U8, "u1", DType.BOOL, "b1");

  private Npy() {}

  /**
   * Reads an array; big-endian elements are turned around. An array in Fortran order becomes a tensor with rising
   * strides: its elements are the same, {@link Tensor#copyFrom} makes them contiguous.
   *
   * @throws TensorFileException if the file breaks the format or its dtype is none of Gatun's
   * @throws BudgetException     if the array does not fit the arena's limit; nothing is allocated then
   * @throws IOException         if the file cannot be opened or read
   */
  public static Tensor read(Path path, TensorArena arena) throws IOException {
    return TensorFile.read(path, arena, file -> {
      byte[] prefix = file.bytes(0, LENGTH_AT, "the format's name and version");
      if (!Arrays.equals(prefix, 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
        throw new FormatException("the bytes 93 4E 55 4D 50 59 (NUMPY) at the start", "others");
      }
      int major = prefix[VERSION_AT];
      if (major != 1 && major != 2 || prefix[VERSION_AT + 1] != 0) {
        throw new FormatException("version 1.0 or 2.0", major + "." + prefix[VERSION_AT + 1]);
      }
      int lengthBytes = major == 1 ? Short.BYTES : Integer.BYTES;
      long length = littleEndian(file.bytes(LENGTH_AT, lengthBytes, "the header's length"));
      if (length > HEADER_LIMIT) {
        throw new FormatException("a header of at most " + Bytes.text(HEADER_LIMIT), Bytes.text(length));
      }
      int headerAt = LENGTH_AT + lengthBytes;
      var text = new String(file.bytes(headerAt, (int) length, "a header"), StandardCharsets.ISO_8859_1);
      return readArray(file, headerAt + length, Header.parse(text), arena);
    });
  }

  private static long littleEndian(byte[] bytes) {
    long value = 0;
    for (int i = bytes.length - 1; i >= 0; i--) {
      value = value << 8 | Byte.toUnsignedLong(bytes[i]);
    }
    return value;
  }

  private static Tensor readArray(TensorFile file, long dataAt, Header header, TensorArena arena)
      throws IOException, FormatException {
    long bytes = header.shape.elements() * header.dtype.bytes();
    if (file.size() - dataAt != bytes) {
      throw new FormatException(bytes + " bytes of data for " + header.dtype + header.shape,
          (file.size() - dataAt) + " bytes");
    }
    int rank = header.shape.rank();
    int[] reversal = new int[rank];
    long[] stored = new long[rank];
    for (int axis = 0; axis < rank; axis++) {
      reversal[axis] = header.fortran ? rank - 1 - axis : axis;
      stored[axis] = header.shape.size(reversal[axis]);
    }
    var tensor = arena.allocate(header.dtype, Shape.of(stored));
    file.bytes(dataAt, tensor.segment(), "the array");
    if (header.bigEndian) {
      reverseBytes(tensor.segment(), header.dtype.bytes());
    }
    TensorFile.requireTruthValues("the array", tensor);
    return header.fortran ? tensor.transpose(reversal) : tensor;
  }

  private static void reverseBytes(MemorySegment segment, int width) {
    for (long at = 0; at < segment.byteSize(); at += width) {
      switch (width) {
        case Short.BYTES -> segment.set(ValueLayout.JAVA_SHORT, at,
            Short.reverseBytes(segment.get(ValueLayout.JAVA_SHORT, at)));
        case Integer.BYTES -> segment.set(ValueLayout.JAVA_INT, at,
            Integer.reverseBytes(segment.get(ValueLayout.JAVA_INT, at)));
        default -> segment.set(ValueLayout.JAVA_LONG, at,
            Long.reverseBytes(segment.get(ValueLayout.JAVA_LONG, at)));
      }
    }
  }

  /**
   * Writes an array in C order, little endian, format 1.0; the file appears whole or not at all (see
   * {@link AtomicFile#write}).
   *
   * @param tensor any strides
   * @throws IllegalArgumentException if the dtype is bf16, which the format cannot name
   * @throws IOException              if the file cannot be written; the target is then as before
   */
  public static void write(Path path, Tensor tensor) throws IOException {
    var header = headerBytes(tensor);
    AtomicFile.write(path, channel -> {
      TensorFile.append(channel, header);
      TensorFile.append(channel, tensor);
    });
  }

  private static ByteBuffer headerBytes(Tensor tensor) {
    var code = CODES.get(tensor.dtype());
    if (code == null) {
      throw new IllegalArgumentException("the NPY format has no " + tensor.dtype() + "; cast it, or write safetensors");
    }
    var sizes = new StringBuilder();
    for (long size : tensor.shape().sizes()) {
      sizes.append(sizes.isEmpty() ? "" : " ").append(size).append(',');
    }
    if (tensor.shape().rank() > 1) {
      sizes.setLength(sizes.length() - 1);
    }
    var text = "{'descr': '" + (tensor.dtype().bytes() == 1 ? '|' : '<') + code
        + "', 'fortran_order': False, 'shape': (" + sizes + "), }";
    // Spaces and a line end bring the data to a multiple of 64. MAX_RANK axes of 20 characters stay far below 64 KiB.
    int start = LENGTH_AT + Short.BYTES;
    int total = (start + text.length() + HEADER_ALIGNMENT) & -HEADER_ALIGNMENT;
    return ByteBuffer.allocate(total).order(ByteOrder.LITTLE_ENDIAN)
        .put(MAGIC).put((byte) 1).put((byte) 0).putShort((short) (total - start))
        .put(text.getBytes(StandardCharsets.ISO_8859_1))
        .put((" ".repeat(total - start - text.length() - 1) + "\n").getBytes(StandardCharsets.ISO_8859_1))
        .flip();
  }

  /** The header: a Python dictionary with three keys in any order. */
  private record Header(DType dtype, boolean bigEndian, boolean fortran, Shape shape) {
    static Header parse(String text) throws FormatException {
      var in = new TextCursor(text);
      String descr = null;
      Boolean fortran = null;
      long[] sizes = null;
      in.require("{");
      while (!in.accept("}")) {
        if (descr == null && in.accept("'descr'")) {
          in.require(":");
          descr = quoted(in);
        } else if (fortran == null && in.accept("'fortran_order'")) {
          in.require(":");
          fortran = in.accept("True");
          if (!fortran) {
            in.require("False");
          }
        } else if (sizes == null && in.accept("'shape'")) {
          in.require(":");
          sizes = tuple(in);
        } else {
          throw in.error("'descr', 'fortran_order' and 'shape' once each");
        }
        if (!in.accept(",")) {
          in.require("}");
          break;
        }
      }
      in.requireEnd();
      if (descr == null || fortran == null || sizes == null) {
        throw new FormatException("'descr', 'fortran_order' and 'shape' in the header", "one of them missing");
      }
      var dtype = dtype(descr);
      return new Header(dtype, descr.charAt(0) == '>', fortran, TensorFile.shape("the array", dtype, sizes));
    }

    private static String quoted(TextCursor in) throws FormatException {
      in.require("'");
      var text = new StringBuilder();
      while (in.peek() != '\'') {
        if (in.atEnd()) {
          throw in.error("the rest of a string");
        }
        text.append(in.next());
      }
      in.next();
      return text.toString();
    }

    private static long[] tuple(TextCursor in) throws FormatException {
      var sizes = new long[Shape.MAX_RANK];
      int rank = 0;
      in.require("(");
      while (!in.accept(")")) {
        if (rank == sizes.length) {
          throw in.error("at most " + Shape.MAX_RANK + " axes");
        }
        sizes[rank++] = in.natural();
        if (!in.accept(",")) {
          in.require(")");
          if (rank == 1) {
            throw in.error("a comma in a tuple of one");
          }
          break;
        }
      }
      return Arrays.copyOf(sizes, rank);
    }

    private static DType dtype(String descr) throws FormatException {
      for (var named : CODES.entrySet()) {
        boolean oneByte = named.getKey().bytes() == 1;
        if (descr.length() == 3 && descr.endsWith(named.getValue())
            && (oneByte ? "|<>=" : "<>=").indexOf(descr.charAt(0)) >= 0) {
          return named.getKey();
        }
      }
      throw new FormatException("an element type that Gatun reads", "`" + descr + "`");
    }
  }
}
