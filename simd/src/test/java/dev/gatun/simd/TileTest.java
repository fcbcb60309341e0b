package dev.gatun.simd;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.memory.DType;
import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.attribute.CodeAttribute;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.constant.ClassDesc;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Generated tiles stay clear of the traps that HotSpot sets for large methods. */
class TileTest {
  /** HotSpot counts 200 calls to the tiers of C1, and 5000 to C2. */
  private static final int CALLS_TO_TIER_2 = 400;
  private static final int CALLS_TO_C2 = 6000;

  /** Tiles as products and convolutions ask for them on this machine, from the smallest to the largest. */
  private static List<TileShape> shapes() {
    var shapes = new ArrayList<TileShape>();
    int bits = Machine.detected().vectorBits();
    boolean many = Machine.detected().registers() >= 32;
    for (boolean tail : new boolean[] {false, true}) {
      shapes.add(new TileShape(DType.F32, bits, TileShape.Family.OUTER, 1, 1, 0, false, tail));
      shapes.add(new TileShape(DType.F32, bits, TileShape.Family.OUTER, many ? 8 : 4, many ? 2 : 3, 0, false, tail));
      shapes.add(new TileShape(DType.F32, bits, TileShape.Family.OUTER, many ? 8 : 6, 2, 0, true, tail));
      shapes.add(new TileShape(DType.F32, bits, TileShape.Family.OUTER, many ? 8 : 6, 2, 4, true, tail));
      shapes.add(new TileShape(DType.F32, bits, TileShape.Family.EACH, many ? 8 : 6, 2, 0, true, tail));
      shapes.add(new TileShape(DType.F32, bits, TileShape.Family.EACH, 1, 6, 4, true, tail));
      shapes.add(new TileShape(DType.F32, bits, TileShape.Family.DOT, many ? 6 : 3, many ? 4 : 2, 0, false, tail));
      shapes.add(new TileShape(DType.F32, 128, TileShape.Family.DOT, 3, 2, 0, false, tail));
    }
    shapes.add(new TileShape(DType.F32, bits, TileShape.Family.OUTER, many ? 8 : 6, 2, 256, false, false));
    for (var shape : List.copyOf(shapes)) {
      int steps = Turn.stepsOf(shape);
      if (steps > 1) {
        shapes.add(new TileShape(DType.F32, shape.bits(), shape.family(), shape.rows(), shape.columns(),
            shape.rowBytes(), shape.table(), shape.tail(), new Turn(steps, 4, 96)));
      }
    }
    shapes.add(new TileShape(DType.F32, bits, TileShape.Family.DOT, many ? 6 : 3, many ? 4 : 2, 0, true, false));
    for (var family : new TileShape.Family[] {TileShape.Family.OUTER, TileShape.Family.EACH}) {
      for (int columns = 1; columns <= 2; columns++) {
        shapes.add(new TileShape(DType.F32, bits, family, many ? 8 : 6, columns, 0, true, true, new Turn(5, 4, 64)));
      }
    }
    // Of f64 the largest: their code is that of f32 but for the element.
    shapes.add(new TileShape(DType.F64, bits, TileShape.Family.OUTER, many ? 8 : 4, many ? 2 : 3, 0, false, true));
    shapes.add(new TileShape(DType.F64, bits, TileShape.Family.OUTER, many ? 8 : 6, 2, 8, true, true));
    shapes.add(new TileShape(DType.F64, bits, TileShape.Family.DOT, many ? 6 : 3, many ? 4 : 2, 0, false, true));
    return shapes;
  }

  private static List<TileShape> shapesOfAllMachines() {
    var shapes = new ArrayList<TileShape>();
    for (var machine : new Machine[] {machine(128, 16), machine(256, 16), machine(256, 32), machine(512, 32)}) {
      for (boolean tail : new boolean[] {false, true}) {
        for (int columns = 1; columns <= 4; columns++) {
          // Four vectors are for few rows with 32 registers.
          int most = columns == 4 ? machine.registers() / 8 : GemmBlocking.rows(machine, columns);
          for (int rows = 1; rows <= most; rows++) {
            addTurns(shapes, machine, TileShape.Family.OUTER, rows, columns, false, tail);
            addTurns(shapes, machine, TileShape.Family.OUTER, rows, columns, true, tail);
            if (columns <= 2) {
              addTurns(shapes, machine, TileShape.Family.EACH, rows, columns, true, tail);
            }
          }
        }
        for (int rows = 1; rows <= 6; rows++) {
          var dot = new DotTiles(machine, DType.F32, 0, rows, 1000);
          for (int columns = 1; columns <= dot.columns(); columns++) {
            addTurns(shapes, machine, TileShape.Family.DOT, dot.rows(), columns, false, tail);
            addTurns(shapes, machine, TileShape.Family.DOT, dot.rows(), columns, true, tail);
          }
        }
      }
    }
    return shapes;
  }

  private static Machine machine(int bits, int registers) {
    return new Machine(bits, registers, 32 << 10, 1 << 20, 1);
  }

  /** A tile of single steps, and those of as many steps a turn as it may have. */
  private static void addTurns(List<TileShape> shapes, Machine machine, TileShape.Family family, int rows, int columns,
      boolean table, boolean tail) {
    var single = new TileShape(DType.F32, machine.vectorBits(), family, rows, columns, 0, table, tail);
    shapes.add(single);
    for (int steps = 2; Turn.stepsOf(single) > 1 && steps <= (table ? 5 : Turn.STEPS); steps++) {
      shapes.add(new TileShape(DType.F32, machine.vectorBits(), family, rows, columns, 0, table, tail,
          new Turn(steps, 4, 96)));
    }
  }

  /** Dot products of one row take the widest, also on machines that this is not. */
  @Test
  void noTileIsWiderThanTheZerosThatSumsStartFrom() {
    for (int bits : new int[] {128, 256, 512}) {
      for (int registers : new int[] {16, 32}) {
        var tiles = new DotTiles(machine(bits, registers), DType.F32, 0, 1, 1000);
        assertTrue(tiles.columns() * TileShape.DOT_BYTES <= TileShape.WIDEST);
      }
    }
    assertThrows(IllegalArgumentException.class,
        () -> new TileShape(DType.F32, 512, TileShape.Family.DOT, 1, 33, 0, false, false));
  }

  /** HotSpot compiles no method of more than 8000 bytecodes: none of any machine's tiles, whole and at edges. */
  @Test
  void everyTileCanBeCompiled() {
    var name = ClassDesc.of("dev.gatun.simd.Printed");
    for (var shape : shapesOfAllMachines()) {
      assertCanBeCompiled(shape, TileWriter.write(shape, name));
    }
    // Whatever pixels share.
    for (int ratio = -2; ratio <= 2; ratio++) {
      for (int across = 1; across <= DepthwiseConvolution.MOST_ACROSS; across++) {
        for (int pixels = 2; pixels <= DepthwiseConvolution.PIXELS; pixels++) {
          var shape = new DepthwiseShape(512, pixels, 0, across, across, 1, ratio);
          assertCanBeCompiled(shape, DepthwiseWriter.write(shape, name));
        }
        var one = new DepthwiseShape(512, 1, DepthwiseTaps.UNROLLED / across, across, across, 1, 0);
        assertCanBeCompiled(one, DepthwiseWriter.write(one, name));
      }
    }
  }

  private static void assertCanBeCompiled(Record shape, byte[] type) {
    for (var method : ClassFile.of().parse(type).methods()) {
      int length = method.code().map(CodeAttribute.class::cast).orElseThrow().codeLength();
      assertTrue(length <= 8000, shape + " takes " + length + " bytecodes");
    }
  }

  /**
   * Plain reads of single elements swap bytes by a method that C2 need not inline: now and then it stayed a call in the
   * loop, with every sum spilled around it, at a fifth of the speed.
   */
  @Test
  void noTileReadsElementsPlainly() {
    for (var shape : shapes()) {
      var type = ClassFile.of().parse(TileWriter.write(shape, ClassDesc.of("dev.gatun.simd.Printed")));
      type.methods().stream().flatMap(method -> method.code().stream()).flatMap(code -> code.elementStream())
          .forEach(element -> assertFalse(element instanceof InvokeInstruction call
              && call.owner().asInternalName().equals("java/lang/foreign/MemorySegment"), shape + ": " + element));
    }
  }

  /** A tile that is warmed reads nothing but what was allocated for it, however far apart its rows lie. */
  @Test
  void rehearsalsStayWithinTheirMemory() {
    var machine = Machine.detected();
    for (int rowBytes : new int[] {0, 4, 256, 17_920, 1 << 20}) {
      for (int rows : new int[] {1, 5, machine.registers() >= 32 ? 14 : 6}) {
        var shape = new TileShape(DType.F32, machine.vectorBits(), TileShape.Family.OUTER, rows, 2, rowBytes, false, false);
        var tile = new WarmingTile(shape, new Warmer(1));
        assertTrue(tile.renew());
        long needed = (rows - 1L) * rowBytes + (WarmingTile.STEPS + 1) * 64;
        assertTrue(tile.operandBytes() >= needed, shape + ": " + tile.operandBytes() + " bytes of " + needed);
        var turning = new TileShape(DType.F32, machine.vectorBits(), TileShape.Family.OUTER, rows, 2, rowBytes, true,
            false, new Turn(5, 4, 3 << 20));
        assertTrue(new WarmingTile(turning, new Warmer(1)).operandBytes() >= needed + (4L * 3 << 20), turning.toString());
      }
    }
  }

  /**
   * The trap: a tile compiled at tier 2, where C1 does not profile, and refused at tier 3, where it does, stays at tier
   * 2 for ever. It depends on how long the compile queue happens to be; so here tier 2 is made the only one, and must
   * refuse every tile.
   */
  @Test
  @Execution(ExecutionMode.CONCURRENT)
  void noTileCanBeStuckBelowC2() throws IOException, InterruptedException {
    var lines = child("-XX:TieredStopAtLevel=2", CALLS_TO_TIER_2);
    for (var shape : shapes()) {
      assertTrue(lines.stream().anyMatch(l -> l.contains(Tiles.name(shape) + "/") && l.contains("COMPILE SKIPPED")),
          shape + " was not refused at tier 2");
    }
  }

  /** The same tiles under the usual policy: C2 compiles every one. */
  @Test
  @Execution(ExecutionMode.CONCURRENT)
  void everyTileReachesC2() throws IOException, InterruptedException {
    var lines = child("-XX:+TieredCompilation", CALLS_TO_C2);
    for (var shape : shapes()) {
      assertTrue(lines.stream().anyMatch(l -> l.matches("\\s*\\d+\\s+\\d+\\s+[%!b ]*4 .*" + Tiles.name(shape) + "/.*run.*")),
          shape + " was not compiled by C2");
    }
  }

  private static List<String> child(String flag, int calls) throws IOException, InterruptedException {
    return Child.run(TileTest.class, List.of(flag, "-Xbatch", "-XX:+PrintCompilation"), Integer.toString(calls));
  }

  /** Runs every tile so often. */
  public static void main(String[] arguments) {
    int calls = Integer.parseInt(arguments[0]);
    try (var arena = Arena.ofConfined()) {
      long memory = arena.allocate(1 << 20, 64).address();
      for (var shape : shapes()) {
        var tile = Tiles.generate(shape);
        for (int i = 0; i < calls; i++) {
          tile.run(memory, memory, memory + (1 << 19), 8, 64, 64, 64, 64, 512, memory, Raw.ZEROS, 0, 1);
        }
      }
    }
  }
}
