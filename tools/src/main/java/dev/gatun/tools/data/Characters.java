package dev.gatun.tools.data;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;

/**
 * A text as windows of tokens, for models that learn to continue it. Token 0 is the end of a line, 1 to 95 are the
 * printable characters of ASCII from the space on; any other character becomes a question mark. The last tenth of the
 * text is for testing.
 */
public final class Characters {
  /** How many tokens there are. */
  public static final int VOCABULARY = 96;

  /** Tokens of one sample if nothing else is asked for: 64 to read and the one that follows. */
  static final int WINDOW = 65;

  private static final String RESOURCE = "sonnets.txt";
  private static final long LARGEST_FILE = 64L << 20;
  private static final int TEST_PART = 10;
  private static final int STARTS_PER_WINDOW = 8;
  private static final int UNKNOWN = '?';

  private Characters() {}

  /** The text in the jar. */
  static Split load(int window) {
    try (var in = Characters.class.getResourceAsStream(RESOURCE)) {
      return split(encode(in.readAllBytes()), window, "the text in the jar");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A text file. */
  static Split load(Path file, int window) {
    try {
      if (!Files.isRegularFile(file) || Files.size(file) > LARGEST_FILE) {
        throw new DataException(file, "a text file of at most 64 MiB", Files.isRegularFile(file) ? "a larger one"
            : Files.exists(file) ? "something else" : "nothing");
      }
      return split(encode(Files.readAllBytes(file)), window, file.toString());
    } catch (IOException e) {
      throw new DataException(file, e);
    }
  }

  private static Split split(byte[] tokens, int window, String origin) {
    int test = tokens.length / TEST_PART;
    if (window < 2 || test < window) {
      throw new DataException(origin + " has " + tokens.length + " characters: windows of " + window
          + " want at least 2 and a text of " + (long) TEST_PART * window);
    }
    int step = Math.max(1, window / STARTS_PER_WINDOW);
    return new Split(part(Arrays.copyOf(tokens, tokens.length - test), window, step),
        part(Arrays.copyOfRange(tokens, tokens.length - test, tokens.length), window, window - 1));
  }

  private static ByteDataset part(byte[] tokens, int window, int step) {
    var fields = new LinkedHashMap<String, ByteDataset.Field>();
    fields.put("token", ByteDataset.Field.windows(tokens, window, step));
    return new ByteDataset(fields);
  }

  /** Tokens of UTF-8 text; carriage returns are dropped, and a character of several bytes is one question mark. */
  static byte[] encode(byte[] text) {
    byte[] tokens = new byte[text.length];
    int count = 0;
    for (byte b : text) {
      boolean continuation = (b & 0xC0) == 0x80;
      if (b != '\r' && !continuation) {
        tokens[count++] = (byte) token(b);
      }
    }
    return Arrays.copyOf(tokens, count);
  }

  private static int token(int character) {
    if (character == '\n') {
      return 0;
    }
    return (character >= ' ' && character <= '~' ? character : UNKNOWN) - ' ' + 1;
  }

  /** The character of a token, the reverse of encoding. */
  public static char decode(int token) {
    if (token < 0 || token >= VOCABULARY) {
      throw new IllegalArgumentException("tokens go from 0 to " + (VOCABULARY - 1) + ", got " + token);
    }
    return token == 0 ? '\n' : (char) (token + ' ' - 1);
  }
}
