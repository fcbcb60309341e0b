package dev.gatun.simd;

import dev.gatun.simd.Instruction.Op;
import dev.gatun.simd.Structure.Level;
import dev.gatun.simd.Structure.Strand;
import dev.gatun.simd.Structure.Use;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Cuts a structure into parts that run one after the other on a block of elements and together compute the same, bit
 * for bit. What one computes per element and a later one needs is kept in memory between them; all else each computes
 * for itself. Only the last stores results, so a result may take over an input's memory as before.
 */
final class Cut {
  /**
   * A part.
   *
   * @param sources for each of its strands the strand of the whole, or −1 − n for the n-th kept value
   */
  record Part(Structure structure, int[] sources) {}

  private final Structure whole;
  private final Level[] levels;
  /** The part that computes each instruction per element; that of all others is 0. */
  private final int[] owners;
  private final int parts;
  private final Map<Integer, Integer> kept = new LinkedHashMap<>();

  private Cut(Structure whole, int parts) {
    this.whole = whole;
    this.parts = parts;
    levels = whole.levels();
    owners = new int[levels.length];
    long all = 0;
    for (int i = 0; i < levels.length; i++) {
      all += isShared(i) ? 0 : 1;
    }
    long before = 0;
    for (int i = 0; i < levels.length; i++) {
      if (!isShared(i)) {
        owners[i] = (int) (before++ * parts / all);
      }
    }
  }

  /** The parts, in the order in which they run; as many as asked for, if there is so much to compute. */
  static List<Part> into(int parts, Structure whole) {
    var cut = new Cut(whole, parts);
    cut.findKept();
    var made = new ArrayList<Part>();
    for (int part = 0; part < parts; part++) {
      made.add(cut.new Builder(part).build());
    }
    return made;
  }

  /** Whether each part computes an instruction for itself. */
  private boolean isShared(int number) {
    var op = whole.code().get(number).op();
    return levels[number] != Level.COLUMN || op == Op.LOAD || op == Op.POSITION;
  }

  private void findKept() {
    for (int i = 0; i < levels.length; i++) {
      if (!isShared(i)) {
        for (int operand : operands(i)) {
          keep(operand, owners[i]);
        }
      }
    }
    whole.results().forEach(result -> keep(result, parts - 1));
  }

  /** Keeps a value that a part needs and an earlier one computes. */
  private void keep(int value, int needer) {
    if (value >= 0 && !isShared(value) && owners[value] < needer) {
      kept.putIfAbsent(value, kept.size());
    }
  }

  private int[] operands(int number) {
    var instruction = whole.code().get(number);
    return new int[] {instruction.a(), instruction.b(), instruction.c()};
  }

  /** Puts one part together. */
  private final class Builder {
    private final int part;
    private final Code code = new Code();
    private final List<Strand> strands = new ArrayList<>();
    private final List<Integer> sources = new ArrayList<>();
    private final List<Integer> results = new ArrayList<>();
    private final Map<Integer, Integer> numbers = new LinkedHashMap<>();
    private final Map<Integer, Integer> strandOfSource = new LinkedHashMap<>();

    Builder(int part) {
      this.part = part;
    }

    Part build() {
      for (int i = 0; i < levels.length; i++) {
        if (!isShared(i) && owners[i] == part) {
          number(i);
        }
      }
      boolean last = part == parts - 1;
      if (last) {
        storeResults();
      } else {
        kept.forEach((value, place) -> {
          if (owners[value] == part) {
            var lane = memory(value);
            results.add(code.convert(number(value), lane));
            strand(new Strand(Use.OUTPUT, lane.storage(), true), -1 - place);
          }
        });
      }
      return new Part(new Structure(code.instructions(), strands, results, last ? whole.fold() : null,
          whole.parameters()), sources.stream().mapToInt(Integer::intValue).toArray());
    }

    private void storeResults() {
      int result = 0;
      for (int s = 0; s < whole.strands().size(); s++) {
        if (whole.strands().get(s).use() == Use.OUTPUT) {
          results.add(number(whole.results().get(result++)));
          strand(whole.strands().get(s), s);
        }
      }
    }

    private int strand(Strand strand, int source) {
      strands.add(strand);
      sources.add(source);
      return strands.size() - 1;
    }

    /** What a value is kept as: truth values as numbers. */
    private Lane memory(int value) {
      var lane = whole.code().get(value).lane();
      return lane == Lane.MASK ? Lane.I32 : lane;
    }

    /** The number that a value of the whole has in this part. */
    private int number(int value) {
      if (value < 0) {
        return value;
      }
      var known = numbers.get(value);
      if (known == null) {
        known = !isShared(value) && owners[value] < part ? fetch(value) : compute(value);
        numbers.put(value, known);
      }
      return known;
    }

    private int fetch(int value) {
      var lane = memory(value);
      int strand = strand(new Strand(Use.INPUT, lane.storage(), true), -1 - kept.get(value));
      return code.convert(code.leaf(Op.LOAD, lane, strand), whole.code().get(value).lane());
    }

    private int compute(int value) {
      var op = whole.code().get(value);
      if (op.op() == Op.LOAD || op.op() == Op.POSITION) {
        int source = (int) op.bits();
        int strand = strandOfSource.computeIfAbsent(source, s -> strand(whole.strands().get(s), s));
        return code.leaf(op.op(), op.lane(), strand);
      }
      return code.copy(op, number(op.a()), number(op.b()), number(op.c()));
    }
  }
}
