package dev.gatun.tools.data;

import java.util.LinkedHashMap;
import java.util.Random;

/**
 * Strings of round and square brackets, made by rule: label 1 if every bracket is closed by its kind in the right
 * order, else 0. A string has 2 to 32 signs; the rest of its 32 tokens is padding. Half of the strings are made to
 * stand; in the others one or two signs are replaced. The numbers of {@link Random} are fixed by its specification.
 */
final class Brackets {
  private static final String SIGNS = " ()[]";
  private static final int LENGTH = 32;
  private static final int TRAIN = 8000;
  private static final int TEST = 2000;
  private static final long SEED = 1914;

  private Brackets() {}

  static Split load() {
    var random = new Random(SEED);
    return new Split(part(random, TRAIN), part(random, TEST));
  }

  private static ByteDataset part(Random random, int size) {
    byte[] tokens = new byte[size * LENGTH];
    byte[] lengths = new byte[size];
    byte[] labels = new byte[size];
    for (int i = 0; i < size; i++) {
      var text = balanced(random, 1 + random.nextInt(LENGTH / 2));
      if (random.nextBoolean()) {
        damage(random, text);
      }
      for (int j = 0; j < text.length(); j++) {
        tokens[i * LENGTH + j] = (byte) SIGNS.indexOf(text.charAt(j));
      }
      lengths[i] = (byte) text.length();
      labels[i] = (byte) (stands(text) ? 1 : 0);
    }
    var fields = new LinkedHashMap<String, ByteDataset.Field>();
    fields.put("token", ByteDataset.Field.numbers(tokens, LENGTH));
    fields.put("length", ByteDataset.Field.numbers(lengths));
    fields.put("label", ByteDataset.Field.numbers(labels));
    return new ByteDataset(fields);
  }

  /** A string that stands, of {@code pairs} pairs: at each place a bracket opens or the innermost closes. */
  private static StringBuilder balanced(Random random, int pairs) {
    var text = new StringBuilder();
    var open = new StringBuilder();
    for (int toOpen = pairs; text.length() < 2 * pairs;) {
      if (open.isEmpty() || toOpen > 0 && random.nextBoolean()) {
        boolean round = random.nextBoolean();
        text.append(round ? '(' : '[');
        open.append(round ? ')' : ']');
        toOpen--;
      } else {
        text.append(open.charAt(open.length() - 1));
        open.setLength(open.length() - 1);
      }
    }
    return text;
  }

  private static void damage(Random random, StringBuilder text) {
    for (int times = 1 + random.nextInt(2); times > 0; times--) {
      text.setCharAt(random.nextInt(text.length()), SIGNS.charAt(1 + random.nextInt(SIGNS.length() - 1)));
    }
  }

  private static boolean stands(CharSequence text) {
    var open = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char sign = text.charAt(i);
      if (sign == '(' || sign == '[') {
        open.append(sign == '(' ? ')' : ']');
      } else if (open.isEmpty() || open.charAt(open.length() - 1) != sign) {
        return false;
      } else {
        open.setLength(open.length() - 1);
      }
    }
    return open.isEmpty();
  }
}
