package dev.gatun.simd;

import java.lang.classfile.CodeBuilder;
import java.lang.classfile.TypeKind;

/**
 * The head of every generated tile: code that computes nothing, there for what it does to HotSpot's compilers. Without
 * it some tiles run at a fifth of their speed, and some now and then at a hundredth.
 *
 * <ul>
 *   <li><b>Arithmetic on zeros whose result nothing reads.</b> C2 stops inlining methods that the JDK does not force once
 *       it has made 18 000 nodes ({@code NodeCountInliningCutoff}), and defers those that it does force. If that limit
 *       falls between the two while it reads an element from memory, a call stays in the loop, and every accumulator is
 *       spilled around it. A multiply-add consists of forced methods only: so the limit is passed here, before any
 *       memory is read, and all that follows is inlined by the second, deferred pass. C2 then drops the arithmetic.
 *   <li><b>A branch that is never taken.</b> C1 gives up on large Vector API methods. If it does so with profiling
 *       (tier 3) after it has succeeded without (tier 2), the method stays at tier 2 for ever, at a hundredth of its
 *       speed. The branch makes C1 give up at every tier, so that the method goes from the interpreter straight to
 *       C2, which sees that the branch cannot be taken.
 * </ul>
 */
final class Ballast {
  /**
   * Measured on JDK 25: 0 to 100 leave some tiles slow, 160 and 200 none. In a process that runs nothing else none of 352
   * shapes is slow without them; beside libtorch and other vector code a tile then put every sum in the heap.
   */
  private static final int OPERATIONS = 160;
  /**
   * Bytecodes to fill with the branch. Measured on JDK 25: 2600 stop C1 at tier 2 in the largest tiles, 3900 also in the
   * smallest; but HotSpot compiles no method of 8000.
   */
  private static final int LIMIT = 7900;
  /** Bytecodes of one store of the branch. */
  private static final int STORE = 13;

  private Ballast() {
  }

  /** How many stores the branch has room for in a method that takes so many bytecodes without them. */
  static int stores(int bytecodes) {
    return Math.max(0, (LIMIT - bytecodes) / STORE);
  }

  /**
   * Writes the head of a method.
   *
   * @param count slot of an int that is not negative here
   * @param address slot of an address, which is not used
   * @param stores how many stores the branch that is never taken has
   */
  static void write(CodeBuilder code, VectorCode vectors, int count, int address, int stores) {
    int zero = code.allocateLocal(TypeKind.REFERENCE);
    vectors.zero();
    code.astore(zero);
    for (int i = 0; i < OPERATIONS; i++) {
      vectors.fma(zero, zero, zero);
    }
    var live = code.newLabel();
    code.iload(count).ifge(live);
    for (int i = 0; i < stores; i++) {
      vectors.store(zero, () -> code.lload(address));
    }
    code.labelBinding(live);
  }
}
