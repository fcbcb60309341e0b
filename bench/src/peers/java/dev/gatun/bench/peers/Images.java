package dev.gatun.bench.peers;

import dev.gatun.bench.Convolution;
import dev.gatun.bench.Run;
import java.util.ArrayList;
import java.util.List;

/** The order of images in works, channels last, and in engines that want channels first. */
final class Images {
  private Images() {}

  /** Numbers of images, channels last, with channels first. */
  static float[] channelsFirst(float[] numbers, int n, int size, int channels) {
    int pixels = size * size;
    var first = new float[numbers.length];
    for (int i = 0; i < n * pixels; i++) {
      for (int c = 0; c < channels; c++) {
        first[(i / pixels * channels + c) * pixels + i % pixels] = numbers[i * channels + c];
      }
    }
    return first;
  }

  /** The way back. */
  static float[] channelsLast(float[] numbers, int n, int size, int channels) {
    int pixels = size * size;
    var last = new float[numbers.length];
    for (int i = 0; i < n * pixels; i++) {
      for (int c = 0; c < channels; c++) {
        last[i * channels + c] = numbers[(i / pixels * channels + c) * pixels + i % pixels];
      }
    }
    return last;
  }

  /** Results of a convolution, images in the order of the work: y and dx, but not dw. */
  record ChannelsLast(Run given, Convolution work) implements Run {
    @Override
    public void run() {
      given.run();
    }

    @Override
    public List<double[]> results() {
      var results = new ArrayList<>(given.results());
      results.set(0, channelsLast(results.get(0), work.filters()));
      if (results.size() > 1) {
        results.set(1, channelsLast(results.get(1), work.channels()));
      }
      return results;
    }

    private double[] channelsLast(double[] first, int channels) {
      int pixels = first.length / channels / work.n();
      var last = new double[first.length];
      for (int i = 0; i < work.n() * pixels; i++) {
        for (int c = 0; c < channels; c++) {
          last[i * channels + c] = first[(i / pixels * channels + c) * pixels + i % pixels];
        }
      }
      return last;
    }

    @Override
    public void close() {
      given.close();
    }
  }
}
