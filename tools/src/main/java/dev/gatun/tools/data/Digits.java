package dev.gatun.tools.data;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;

/**
 * The UCI optical digits that ship in the jar: 1797 images of 8×8, label 0 to 9. Every fifth sample, counted from the
 * fifth, is for testing (359); so both parts hold digits of all the writers, who follow each other in the file.
 */
final class Digits {
  private static final String RESOURCE = "digits.txt";
  private static final int SIDE = 8;
  private static final int PIXELS = SIDE * SIDE;
  private static final int LARGEST = 16;
  private static final int TEST_EVERY = 5;

  private Digits() {}

  static Split load() {
    List<String> lines;
    try (var reader = new BufferedReader(new InputStreamReader(Digits.class.getResourceAsStream(RESOURCE),
        StandardCharsets.US_ASCII))) {
      lines = reader.lines().filter(line -> !line.startsWith("#")).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    int tests = lines.size() / TEST_EVERY;
    var train = new Part(lines.size() - tests);
    var test = new Part(tests);
    for (int i = 0; i < lines.size(); i++) {
      (i % TEST_EVERY == TEST_EVERY - 1 ? test : train).add(lines.get(i));
    }
    return new Split(train.dataset(), test.dataset());
  }

  private static final class Part {
    private final byte[] images;
    private final byte[] labels;
    private int count;

    Part(int size) {
      images = new byte[size * PIXELS];
      labels = new byte[size];
    }

    /** A line: label, space, pixels in base 17. */
    void add(String line) {
      labels[count] = (byte) Character.digit(line.charAt(0), 10);
      for (int i = 0; i < PIXELS; i++) {
        images[count * PIXELS + i] = (byte) Character.digit(line.charAt(2 + i), LARGEST + 1);
      }
      count++;
    }

    ByteDataset dataset() {
      var fields = new LinkedHashMap<String, ByteDataset.Field>();
      fields.put("image", ByteDataset.Field.scaled(images, LARGEST, 1, SIDE, SIDE));
      fields.put("label", ByteDataset.Field.numbers(labels));
      return new ByteDataset(fields);
    }
  }
}
