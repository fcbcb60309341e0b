package dev.gatun.tools.zoo;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The models that ship with Gatun, by name. */
public final class Zoo {
  /** How a model's file ends. */
  public static final String SUFFIX = ".gat";

  private static final List<Entry> ALL = List.of(
      new Entry("mlp", "digits", "two hidden layers"),
      new Entry("digits", "digits", "a small convolutional network"),
      new Entry("lenet", "fashion-mnist", "LeNet-5 (1998)"),
      new Entry("resnet-small", "fashion-mnist", "a residual network for 28×28 and 32×32 (2015)"),
      new Entry("lstm", "brackets", "a classifier of sequences of unequal length (1997)"),
      new Entry("gpt-char", "characters", "a small GPT over characters (2018)"));

  private Zoo() {}

  /**
   * A model.
   *
   * @param dataSet the one that its recipe names
   */
  public record Entry(String name, String dataSet, String about) {
    /** The text of its file. */
    public String text() {
      try (var in = Zoo.class.getResourceAsStream(name + SUFFIX)) {
        return new String(in.readAllBytes(), StandardCharsets.UTF_8);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** Every model, the simplest first. */
  public static List<Entry> all() {
    return ALL;
  }

  /**
   * The model of a name.
   *
   * @return null if there is none
   */
  public static Entry find(String name) {
    return ALL.stream().filter(entry -> entry.name().equals(name)).findFirst().orElse(null);
  }
}
