package dev.gatun.simd;

import java.lang.classfile.CodeBuilder;
import java.lang.classfile.TypeKind;

/**
 * The head of every generated tile: a branch that is never taken, there for what it does to HotSpot's compilers.
 *
 * <p>C1 gives up on large Vector API methods. If it does so with profiling (tier 3) after it has succeeded without
 * (tier 2), the method stays at tier 2 for ever, at a hundredth of its speed. The branch makes C1 give up at every
 * tier, so that the method goes from the interpreter straight to C2, which sees that the branch cannot be taken.
 */
final class Ballast {
  /**
   * Stores of the branch, of 13 bytecodes each. Measured on JDK 25: 190 stop C1 at tier 2 in the largest tiles, 300
   * also in the smallest. HotSpot compiles no method of 8000 bytecodes, of which the largest tiles take 5000 besides.
   */
  static final int STORES = 320;
  static final int FEW_STORES = 190;

  private Ballast() {
  }

  /**
   * Writes the head of a method.
   *
   * @param stores of the branch
   * @param count slot of an int that is not negative here
   * @param address slot of an address, which is not used
   */
  static void write(CodeBuilder code, VectorCode vectors, int stores, int count, int address) {
    int zero = code.allocateLocal(TypeKind.REFERENCE);
    vectors.zero();
    code.astore(zero);
    var live = code.newLabel();
    code.iload(count).ifge(live);
    for (int i = 0; i < stores; i++) {
      code.aload(zero);
      vectors.store(() -> code.lload(address));
    }
    code.labelBinding(live);
  }
}
