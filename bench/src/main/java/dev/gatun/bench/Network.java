package dev.gatun.bench;

import dev.gatun.graph.Model;
import dev.gatun.memory.Shape;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** Networks whose training is measured: each has a file in the model language beside this class. */
public enum Network {
  /** Two convolutions and three linear layers. */
  LENET("LeNet-5", Shape.of(1, 28, 28), 0.01, 8),
  /** Residual blocks of two convolutions. */
  RESNET18("ResNet-18 for 32×32", Shape.of(3, 32, 32), 0.1, 1),
  /** Attention and linear layers. */
  TRANSFORMER("transformer encoder 6 × 384", Shape.of(128, 384), 0.1, 1),
  /** A recurrence. */
  LSTM("LSTM 2 × 256, 100 steps", Shape.of(100, 256), 0.1, 1);

  /** Classes that a sample may be of. */
  public static final int CLASSES = 10;

  private final String title;
  private final Shape sample;
  private final double rate;
  private final int batches;

  Network(String title, Shape sample, double rate, int batches) {
    this.title = title;
    this.sample = sample;
    this.rate = rate;
    this.batches = batches;
  }

  /** What people call it. */
  public String title() {
    return title;
  }

  /** The shape of one sample. */
  public Shape sample() {
    return sample;
  }

  /** The shape of so many samples. */
  public Shape samples(int count) {
    var sizes = new long[sample.rank() + 1];
    sizes[0] = count;
    System.arraycopy(sample.sizes(), 0, sizes, 1, sample.rank());
    return Shape.of(sizes);
  }

  /** Learning rate, as the file has it: large enough that a movement of a parameter shows beside its rounding. */
  public double rate() {
    return rate;
  }

  /** Batches of the data set: several where one would stay in cache. */
  public int batches() {
    return batches;
  }

  /** The network with its recipe, plain SGD. */
  public Model model() {
    var file = name().toLowerCase(Locale.ROOT) + ".gat";
    try (var text = Network.class.getResourceAsStream(file)) {
      return Model.of(new String(text.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(file, e);
    }
  }
}
