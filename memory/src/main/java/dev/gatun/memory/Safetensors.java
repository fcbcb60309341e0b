package dev.gatun.memory;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.Predicate;

/**
 * Named tensors in one file, in the safetensors format: 8 bytes of header length, a JSON header, then the elements of
 * all tensors, little endian, row-major, without gaps.
 *
 * <p>Source: the format section of the safetensors project's README, version 0.4. Stricter than that: a header may take
 * 16 MiB, not 100 MB, and a truth value is 0 or 1.
 */
public final class Safetensors {
  private static final int LENGTH_BYTES = 8;
  private static final int HEADER_LIMIT = 16 << 20;
  private static final int HEADER_ALIGNMENT = 8;

  private Safetensors() {}

  /**
   * What a file holds.
   *
   * @param tensors  by name, in the order of the header; all contiguous
   * @param metadata free text by key, in the order of the header
   */
  public record Content(SequencedMap<String, Tensor> tensors, SequencedMap<String, String> metadata) {}

  /**
   * Reads a whole file into one allocation of an arena. After a failure that allocation, if it was made, stays with the
   * arena until it closes.
   *
   * @throws TensorFileException if the file breaks the format
   * @throws BudgetException     if the tensors do not fit the arena's limit; nothing is allocated then
   * @throws IOException         if the file cannot be opened or read
   */
  public static Content read(Path path, TensorArena arena) throws IOException {
    return read(path, arena, _ -> true);
  }

  /**
   * The same of some tensors: no others take memory or are read, though the header must be right for all.
   *
   * @param wanted which, by name
   */
  public static Content read(Path path, TensorArena arena, Predicate<String> wanted) throws IOException {
    return TensorFile.read(path, arena, file -> {
      long length = ByteBuffer.wrap(file.bytes(0, LENGTH_BYTES, "the header's length"))
          .order(ByteOrder.LITTLE_ENDIAN).getLong();
      if (length < 0 || length > HEADER_LIMIT) {
        throw new FormatException("a header of at most " + Bytes.text(HEADER_LIMIT),
            "a length of " + Long.toUnsignedString(length) + " bytes");
      }
      var text = decode(file.bytes(LENGTH_BYTES, (int) length, "a header"));
      long dataStart = LENGTH_BYTES + length;
      var header = SafetensorsHeader.parse(text, file.size() - dataStart);
      var entries = new LinkedHashMap<>(header.tensors());
      entries.keySet().removeIf(wanted.negate());
      return new Content(readTensors(file, dataStart, entries, arena), header.metadata());
    });
  }

  private static String decode(byte[] header) throws FormatException {
    if (header.length == 0 || header[0] != '{') {
      throw new FormatException("a header that starts with `{`", header.length == 0 ? "no header" : "byte " + header[0]);
    }
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(header)).toString();
    } catch (CharacterCodingException e) {
      throw new FormatException("a header in UTF-8", "bytes that are not");
    }
  }

  private static SequencedMap<String, Tensor> readTensors(TensorFile file, long dataStart,
      Map<String, SafetensorsHeader.Entry> entries, TensorArena arena) throws IOException, FormatException {
    long bytes = 0;
    for (var entry : entries.values()) {
      bytes += aligned(entry.end() - entry.begin());
    }
    var slab = arena.allocateBytes(bytes);
    var tensors = new LinkedHashMap<String, Tensor>();
    long at = 0;
    for (var named : entries.entrySet()) {
      var entry = named.getValue();
      var owner = "tensor `" + named.getKey() + "`";
      var segment = slab.asSlice(at, entry.end() - entry.begin());
      file.bytes(dataStart + entry.begin(), segment, owner);
      var tensor = arena.tensor(segment, entry.dtype(), entry.shape());
      TensorFile.requireTruthValues(owner, tensor);
      tensors.put(named.getKey(), tensor);
      at += aligned(segment.byteSize());
    }
    return tensors;
  }

  private static long aligned(long bytes) {
    return TensorArena.aligned(bytes);
  }

  /**
   * Writes a whole file or none (see {@link AtomicFile#write}). The same input gives the same bytes: names and keys in
   * the given order, elements of wide types first so that each tensor is aligned to its element size.
   *
   * @param tensors  by name; any strides
   * @param metadata free text by key; may be empty
   * @throws IllegalArgumentException if a name is {@code __metadata__}, a text is not valid Unicode, or the header
   *     would be longer than can be read back
   * @throws IOException              if the file cannot be written; the target is then as before
   */
  public static void write(Path path, Map<String, Tensor> tensors, Map<String, String> metadata) throws IOException {
    var widestFirst = new ArrayList<>(tensors.entrySet());
    widestFirst.sort(Comparator.comparingInt((Map.Entry<String, Tensor> named) -> -named.getValue().dtype().bytes()));
    var header = header(tensors, widestFirst, metadata);
    AtomicFile.write(path, channel -> {
      TensorFile.append(channel, header);
      for (var named : widestFirst) {
        TensorFile.append(channel, named.getValue());
      }
    });
  }

  private static ByteBuffer header(Map<String, Tensor> tensors, Iterable<Map.Entry<String, Tensor>> layout,
      Map<String, String> metadata) {
    var entries = new LinkedHashMap<String, SafetensorsHeader.Entry>();
    // The header keeps the given order, whatever the order of the data: names first, then their places.
    tensors.keySet().forEach(name -> entries.put(name, null));
    if (entries.containsKey(SafetensorsHeader.METADATA)) {
      throw new IllegalArgumentException("a tensor cannot be named `" + SafetensorsHeader.METADATA + "`");
    }
    long at = 0;
    for (var named : layout) {
      var tensor = named.getValue();
      long end = at + tensor.shape().elements() * tensor.dtype().bytes();
      entries.put(named.getKey(), new SafetensorsHeader.Entry(tensor.dtype(), tensor.shape(), at, end));
      at = end;
    }
    var text = new SafetensorsHeader(entries, new LinkedHashMap<>(metadata)).text();
    ByteBuffer json;
    try {
      json = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException("a tensor's name or the metadata is not valid Unicode", e);
    }
    int padded = (json.remaining() + HEADER_ALIGNMENT - 1) & -HEADER_ALIGNMENT;
    if (padded > HEADER_LIMIT) {
      throw new IllegalArgumentException("names and metadata need a header of " + Bytes.text(padded)
          + ", the limit is " + Bytes.text(HEADER_LIMIT));
    }
    var header = ByteBuffer.allocate(LENGTH_BYTES + padded).order(ByteOrder.LITTLE_ENDIAN).putLong(padded).put(json);
    while (header.hasRemaining()) {
      header.put((byte) ' ');
    }
    return header.flip();
  }
}
