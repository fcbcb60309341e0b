package dev.gatun.simd;

import dev.gatun.memory.DType;
import dev.gatun.ops.BinaryFn;
import dev.gatun.ops.Expr;
import dev.gatun.ops.UnaryFn;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.List;

/** Structures of any size, and frames to run them with; for tests. */
final class ScopeStructures {
  private static final Body.Slots DENSE = new Body.Slots() {
    @Override
    public int position(Expr.Position position) {
      return 3;
    }

    @Override
    public int fold(int index) {
      throw new IllegalStateException("no folds here");
    }

    @Override
    public boolean along(int slot) {
      return true;
    }
  };

  private ScopeStructures() {
  }

  /** exp(c₁ · exp(c₂ · … x)): some 27 instructions a turn. */
  static Structure exponentials(int turns) {
    var body = new Body(DENSE);
    body.store(chain(turns), 4);
    return body.structure();
  }

  static Structure foldOfExponentials(int turns) {
    var body = new Body(DENSE);
    body.fold(Instruction.Op.ADD, chain(turns), Lane.F32, 4);
    return body.structure();
  }

  private static Expr chain(int turns) {
    Expr e = new Expr.Input(0, DType.F32);
    for (int i = 1; i <= turns; i++) {
      e = new Expr.Apply1(UnaryFn.EXP, new Expr.Apply2(BinaryFn.MUL, e, new Expr.Literal(-0.1 * i, DType.F32)));
    }
    return e;
  }

  /** x + a random draw + …: as a dropout has one. Some 120 instructions a turn. */
  static Structure draws(int turns) {
    var body = new Body(DENSE);
    Expr e = new Expr.Input(0, DType.F32);
    for (int i = 0; i < turns; i++) {
      e = new Expr.Apply2(BinaryFn.ADD, e, new Expr.Draw(new Expr.Input(1, DType.I32), new Expr.Input(2, DType.I32),
          new Expr.Position(0, List.of(1L)), i, DType.F32));
    }
    body.store(e, 4);
    return body.structure();
  }

  /** Choices by truth values, all of which a second result joins; with steps in f64 now and then. */
  static Structure choices(int turns) {
    var x = new Expr.Input(0, DType.F32);
    Expr e = x;
    Expr any = new Expr.Literal(0, DType.BOOL);
    for (int i = 0; i < turns; i++) {
      var below = new Expr.Apply2(BinaryFn.LESS, x, new Expr.Literal(0.1 * i - 1, DType.F32));
      Expr more = new Expr.Apply2(i % 3 == 0 ? BinaryFn.MUL : BinaryFn.ADD, e, new Expr.Input(1, DType.F32));
      if (i % 20 == 0) {
        var wide = new Expr.Apply2(BinaryFn.MUL, new Expr.Convert(more, DType.F64), new Expr.Literal(1.1, DType.F64));
        more = new Expr.Convert(wide, DType.F32);
      }
      e = new Expr.Choose(below, more, new Expr.Apply2(BinaryFn.SUB, x, new Expr.Literal(0.3 * i, DType.F32)));
      any = new Expr.Apply2(i % 2 == 0 ? BinaryFn.OR : BinaryFn.AND, any, below);
    }
    var body = new Body(DENSE);
    body.store(e, 4);
    body.store(any, 5);
    return body.structure();
  }

  /** A frame whose strands have memory of their own for so many elements, and whose rows repeat. */
  static long[] frame(Structure structure, int elements, Arena arena) {
    var frame = new long[structure.frameLength()];
    Arrays.fill(frame, 1L);
    for (int s = 0; s < structure.strands().size(); s++) {
      frame[Structure.start(s)] = arena.allocate(elements * 8L, 64).address();
      frame[Structure.start(s) + 1] = 0;
    }
    frame[structure.scratch()] = arena.allocate(128, 64).address();
    return frame;
  }
}
