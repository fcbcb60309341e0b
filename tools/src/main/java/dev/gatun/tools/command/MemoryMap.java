package dev.gatun.tools.command;

import dev.gatun.graph.Lifetimes;
import dev.gatun.memory.Bytes;
import dev.gatun.ops.Plan;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A plan's memory over time, as a map: addresses from the top down, kernels from left to right. */
final class MemoryMap {
  private static final int WIDTH = 64;
  private static final int HEIGHT = 16;
  /** Buffers with a letter of their own; others are shown as `+`. */
  private static final int LETTERS = 26;
  private static final int LISTED = 12;

  private final long bytes;
  private final Lifetimes lifetimes;
  private final int peak;
  private final List<Lifetimes.Life> largest;
  private final Places places;

  MemoryMap(Plan plan) {
    bytes = plan.planBytes();
    lifetimes = Lifetimes.of(plan);
    peak = lifetimes.peak();
    largest = lifetimes.lives().stream()
        .sorted(Comparator.comparingLong((Lifetimes.Life life) -> life.buffer().bytes()).reversed()).limit(LETTERS)
        .toList();
    places = new Places(lifetimes.steps().stream().map(Plan.Run::origin).toList());
  }

  List<String> lines() {
    var lines = new ArrayList<String>();
    if (peak < 0 || bytes == 0) {
      lines.add("nothing is computed, so no memory is needed");
      return lines;
    }
    lines.add("memory of " + Bytes.text(bytes) + "; most is in use while kernel " + peak + " runs: "
        + Bytes.text(lifetimes.bytes(peak)));
    int steps = lifetimes.steps().size();
    int width = Math.min(WIDTH, steps);
    for (int row = 0; row < HEIGHT; row++) {
      var line = new StringBuilder();
      for (int column = 0; column < width; column++) {
        line.append(cell(bytes * row / HEIGHT, bytes * (row + 1) / HEIGHT, steps * column / width));
      }
      lines.add(String.format("%10s  %s", Bytes.text(bytes * row / HEIGHT), line).stripTrailing());
    }
    lines.add(" ".repeat(12) + axis(steps, width));
    lines.add("held at the peak:");
    var held = lifetimes.lives().stream().filter(life -> life.covers(peak))
        .sorted(Comparator.comparingLong((Lifetimes.Life life) -> life.buffer().bytes()).reversed()).toList();
    held.stream().limit(LISTED).forEach(life -> lines.add(line(life)));
    if (held.size() > LISTED) {
      long rest = held.stream().skip(LISTED).mapToLong(life -> life.buffer().bytes()).sum();
      lines.add("  " + (held.size() - LISTED) + " more: " + Bytes.text(rest));
    }
    return lines;
  }

  /** The buffer that has most of a range of addresses while a kernel runs. */
  private char cell(long from, long to, int step) {
    char letter = '.';
    long most = 0;
    for (var life : lifetimes.lives()) {
      long start = life.buffer().offset();
      long shared = Math.min(to, start + life.buffer().bytes()) - Math.max(from, start);
      if (life.covers(step) && shared > most) {
        most = shared;
        letter = letter(life);
      }
    }
    return letter;
  }

  private char letter(Lifetimes.Life life) {
    int at = largest.indexOf(life);
    return at < 0 ? '+' : (char) ('A' + at);
  }

  private static String axis(int steps, int width) {
    var last = Integer.toString(steps - 1);
    return width < last.length() + 2 ? "0" : "0" + " ".repeat(width - 1 - last.length()) + last;
  }

  private String line(Lifetimes.Life life) {
    return String.format("  %c  %10s  %s, %s", letter(life), Bytes.text(life.buffer().bytes()), maker(life),
        life.last() >= lifetimes.steps().size() ? "to the end" : "to kernel " + life.last());
  }

  private String maker(Lifetimes.Life life) {
    if (life.first() < 0) {
      return "given: " + life.buffer().name();
    }
    var run = lifetimes.steps().get(life.first());
    return "from kernel " + life.first() + ", " + run.choice().name() + places.at(run.origin());
  }

  Map<String, Object> object() {
    var object = new LinkedHashMap<String, Object>();
    object.put("bytes", bytes);
    object.put("peak_kernel", peak);
    object.put("peak_bytes", peak < 0 ? 0 : lifetimes.bytes(peak));
    var buffers = new ArrayList<Map<String, Object>>();
    for (var life : lifetimes.lives()) {
      var buffer = new LinkedHashMap<String, Object>();
      buffer.put("name", life.buffer().name());
      buffer.put("offset", life.buffer().offset());
      buffer.put("bytes", life.buffer().bytes());
      buffer.put("first_kernel", life.first());
      buffer.put("last_kernel", life.last());
      buffers.add(buffer);
    }
    object.put("buffers", buffers);
    return object;
  }
}
