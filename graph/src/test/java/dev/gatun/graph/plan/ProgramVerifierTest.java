package dev.gatun.graph.plan;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.memory.DType;
import dev.gatun.memory.Shape;
import dev.gatun.ops.BinaryFn;
import dev.gatun.ops.Constant;
import dev.gatun.ops.Expr;
import dev.gatun.ops.KernelSpec;
import dev.gatun.ops.MatMul;
import dev.gatun.ops.Source;
import dev.gatun.ops.Source.Role;
import dev.gatun.ops.TensorType;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The verifier refuses each kind of broken program: a rule that no program breaks would prove nothing. */
class ProgramVerifierTest {
  private static final TensorType FOUR = TensorType.of(DType.F32, 4);
  private static final TensorType TABLE = TensorType.of(DType.F32, 3, 4);
  private static final Expr X = new Expr.Input(0, DType.F32);

  private final Slot x = new Slot("x", FOUR);
  private final Slot state = new Slot("state", FOUR);
  private final Slot table = new Slot("table", FOUR);
  private final Slot rows = new Slot("rows", TABLE);
  private final Slot a = new Slot("a", FOUR);
  private final Slot b = new Slot("b", FOUR);
  private final Slot stack = new Slot("stack", TABLE);

  private final Map<Slot, Source> sources = new LinkedHashMap<>(Map.of(x, new Source("x", Role.INPUT, FOUR), rows,
      new Source("rows", Role.INPUT, TABLE), state, new Source("state", Role.STATE, FOUR)));
  private final Map<Slot, Constant> tables = new LinkedHashMap<>(Map.of(table,
      new Constant(FOUR, List.of(1.0, 2.0, 3.0, 4.0))));
  private final Map<String, View> outputs = new LinkedHashMap<>();
  private final Map<Slot, View> updates = new LinkedHashMap<>();

  private Program program(Item... items) {
    return new Program(List.of(items), sources, tables, outputs, updates);
  }

  private static Item.Kernel kernel(KernelSpec spec, List<View> in, Slot... out) {
    return new Item.Kernel(spec, in, List.of(out), "here");
  }

  private static Item.Kernel map(View in, Slot out) {
    return kernel(new KernelSpec.Map(in.shape(), List.of(in.type()), List.of(X)), List.of(in), out);
  }

  private static Item.Kernel copy(Slot in, Slot out) {
    return map(View.of(in), out);
  }

  private static Item.Store store(Slot from, Slot to) {
    return new Item.Store(View.of(from), View.of(to), "here");
  }

  private static Item.Loop loop(long count, int depth, Item... body) {
    return new Item.Loop(count, depth, List.of(body));
  }

  private View turning(Slot stacked) {
    return View.turning(View.of(stacked), FOUR, 0, false);
  }

  private void refused(String message, Item... items) {
    var program = program(items);
    var fault = assertThrows(IllegalStateException.class, () -> ProgramVerifier.verify(program));
    assertTrue(fault.getMessage().startsWith(message), fault.getMessage());
  }

  /** What the others are broken from: a kernel, a carried sum that is stacked, an update. */
  @Test
  void soundProgramsPass() {
    outputs.put("y", View.of(stack));
    outputs.put("last", View.of(b));
    updates.put(state, View.of(a));
    ProgramVerifier.verify(program(copy(x, a), store(x, b), body(), store(a, state)));
    ProgramVerifier.verify(program(copy(x, a), store(x, b), body()));
  }

  private Item.Loop body() {
    var sum = new Slot("sum", FOUR);
    var add = new KernelSpec.Map(FOUR.shape(), List.of(FOUR, FOUR), List.of(new Expr.Apply2(BinaryFn.ADD, X,
        new Expr.Input(1, DType.F32))));
    return loop(3, 0, kernel(add, List.of(View.of(b), turning(rows)), sum),
        new Item.Store(View.of(sum), turning(stack), ""), store(sum, b));
  }

  @Test
  void whatIsReadIsThere() {
    refused("nothing has written a: f32[4] · map of [a: f32[4]] to [b: f32[4]] at here", copy(a, b), copy(x, a));
    refused("nothing has written a: f32[4] · store", store(a, b));
    refused("nothing has written b: f32[4] · map", loop(3, 0, copy(b, a), store(a, b)));
    refused("nothing has written a: f32[4] · map", loop(3, 0, copy(x, a)), copy(a, b));
    outputs.put("y", View.of(a));
    refused("nothing has written a: f32[4] · result y");
    outputs.clear();
    updates.put(state, View.of(a));
    refused("nothing has written a: f32[4] · update of state");
  }

  /** An inner loop's stack is there in its own turn of the outer loop, and not behind that. */
  @Test
  void innerResultsStayInside() {
    var inner = loop(3, 1, new Item.Store(View.of(x), View.turning(View.of(stack), FOUR, 1, false), ""));
    var copied = new Slot("copied", TABLE);
    ProgramVerifier.verify(program(loop(2, 0, inner, copy(stack, copied))));
    refused("nothing has written stack", loop(2, 0, inner), copy(stack, copied));
  }

  @Test
  void slotsAreWrittenOnce() {
    refused("two items write a", copy(x, a), copy(x, a));
    refused("two items write a", copy(x, a), store(x, a));
    refused("two items write a", store(x, a), copy(x, a));
    refused("a kernel writes what comes from outside", copy(x, state));
    refused("a store changes a table", store(x, table));
    refused("a store changes a source, and is no update at the end", store(x, state));
    updates.put(state, View.of(x));
    refused("a store changes a source, and is no update at the end", loop(2, 0, store(x, state)));
    refused("two stores move state", store(x, state), store(x, state));
  }

  @Test
  void oldValuesAreNotReadOnceTheyMoved() {
    updates.put(state, View.of(x));
    refused("the old value is gone of state: f32[4] · map", store(x, state), copy(state, a));
    refused("the old value is gone of b: f32[4] · map", store(x, b), loop(2, 0, copy(x, a), store(a, b),
        copy(b, new Slot("late", FOUR))));
    outputs.put("y", View.of(state));
    refused("the old value is gone of state: f32[4] · result y", store(x, state));
  }

  @Test
  void storesAreWhole() {
    refused("a store changes the type", new Item.Store(View.of(rows), View.of(a), ""));
    refused("a store copies within a slot", store(x, a), store(a, a));
    var part = new View(stack, FOUR, List.of(0L, 0L), List.of(new View.Axis(1, 1)), List.of());
    refused("a store leaves a part of stack", new Item.Store(View.of(x), part, ""));
    refused("a store leaves a part of stack", loop(2, 0, new Item.Store(View.of(x), turning(stack), "")));
    var repeated = new View(a, FOUR, List.of(0L), List.of(View.Axis.REPEAT), List.of());
    refused("a store writes an element several times", new Item.Store(View.of(x), repeated, ""));
  }

  @Test
  void typesAreTheSpecs() {
    var spec = KernelSpec.Map.copy(FOUR);
    refused("operands have other types than the spec's [f32[4]] · map", kernel(spec, List.of(View.of(rows)), a));
    refused("operands have other types", kernel(spec, List.of(), a));
    refused("results have other types than the spec's [f32[4]] · map", kernel(spec, List.of(View.of(x)), stack));
    refused("results have other types", kernel(spec, List.of(View.of(x)), a, b));
  }

  @Test
  void viewsStayWithin() {
    refused("a view reaches from 1 to 4 along axis 0 of x: f32[4]",
        map(new View(x, FOUR, List.of(1L), List.of(new View.Axis(0, 1)), List.of()), a));
    refused("a view reaches from -3 to 0 along axis 0 of x",
        map(new View(x, FOUR, List.of(0L), List.of(new View.Axis(0, -1)), List.of()), a));
    refused("a view reaches from 0 to 4 along axis 0 of rows", loop(5, 0, map(turning(rows), a)));
    refused("a view moves with a loop that it does not stand in", map(turning(rows), a));
    refused("a view moves with a loop that it does not stand in", loop(3, 0, map(
        View.turning(View.of(rows), FOUR, 1, false), a)));
    refused("a view changes the dtype of x", map(new View(x, FOUR.withDType(DType.I32), List.of(0L),
        List.of(new View.Axis(0, 1)), List.of()), a));
    refused("a view has not its axes", map(new View(x, FOUR, List.of(0L), List.of(), List.of()), a));
    outputs.put("y", turning(rows));
    refused("a view moves with a loop that it does not stand in · result y");
  }

  @Test
  void loopsStandWhereTheySay() {
    refused("a loop stands at depth 0 · loop of 2 turns at depth 1", loop(2, 1, copy(x, a)));
    refused("a loop stands at depth 1", loop(2, 0, loop(2, 0, copy(x, a))));
    refused("a loop has no turn", loop(0, 0, copy(x, a)));
  }

  @Test
  void whatComesFromOutsideHasItsNameAndType() {
    var twin = new Slot("twin", FOUR);
    sources.put(twin, new Source("x", Role.INPUT, FOUR));
    refused("two sources have one name");
    sources.put(twin, new Source("twin", Role.INPUT, TABLE));
    refused("the slot of a source of f32[3, 4] has another type");
    sources.remove(twin);
    tables.put(x, new Constant(FOUR, List.of(1.0, 2.0, 3.0, 4.0)));
    refused("a table is a source as well");
    tables.clear();
    tables.put(new Slot("odd", TABLE), new Constant(FOUR, List.of(1.0, 2.0, 3.0, 4.0)));
    refused("the slot of a table of f32[4] has another type");
  }

  @Test
  void updatesAreOfSources() {
    updates.put(a, View.of(x));
    refused("what is updated is no source", copy(x, a));
    updates.clear();
    updates.put(state, View.of(rows));
    refused("an update has the type f32[3, 4]");
    var other = new Slot("other", FOUR);
    sources.put(other, new Source("other", Role.STATE, FOUR));
    updates.put(state, View.of(x));
    updates.put(other, View.of(x));
    refused("the store of an update is missing", store(x, state));
  }

  @Test
  void expressionsReadWhatIsThere() {
    refused("no operand is Input[index=1, dtype=f32]", mapOf(new Expr.Input(1, DType.F32)));
    refused("no operand is Input[index=0, dtype=f64]",
        mapOf(new Expr.Convert(new Expr.Input(0, DType.F64), DType.F32)));
    refused("no reduction before is Fold[index=0, dtype=f32]", mapOf(new Expr.Fold(0, DType.F32)));
    refused("a position has not its axes", mapOf(new Expr.Convert(new Expr.Position(0, List.of(1L, 1L)), DType.F32)));
    refused("no reduction before is Fold[index=0, dtype=f32]", rowOf(List.of(0), new Expr.Fold(0, DType.F32)));
    refused("a row lies along axes that are not there", rowOf(List.of(1), X));
    refused("a row reduces nothing", kernel(new KernelSpec.Row(FOUR.shape(), List.of(0), List.of(FOUR), List.of(),
        List.of(), List.of(X)), List.of(View.of(x)), a));
    var square = TensorType.of(DType.F32, 2, 2);
    refused("an operand has another shape than the space [2, 2]", kernel(new KernelSpec.Map(square.shape(),
        List.of(FOUR), List.of(X)), List.of(View.of(x)), new Slot("square", square)));
  }

  private Item mapOf(Expr expr) {
    return kernel(new KernelSpec.Map(FOUR.shape(), List.of(FOUR), List.of(expr)), List.of(View.of(x)), a);
  }

  /** A sum along {@code axes} that each element is replaced by. */
  private Item rowOf(List<Integer> axes, Expr value) {
    var sum = new KernelSpec.Reduction(KernelSpec.Fold.SUM, value);
    return kernel(new KernelSpec.Row(FOUR.shape(), axes, List.of(FOUR), List.of(sum), List.of(),
        List.of(new Expr.Fold(0, DType.F32))), List.of(View.of(x)), a);
  }

  @Test
  void epiloguesFollowTheirProduct() {
    var right = new Slot("right", TensorType.of(DType.F32, 4, 4));
    sources.put(right, new Source("right", Role.INPUT, right.type()));
    var in = List.of(View.of(rows), View.of(right), View.of(rows));
    var types = in.stream().map(View::type).toList();
    var epilogue = new Expr.Convert(X, DType.F32);
    ProgramVerifier.verify(program(kernel(new KernelSpec.Direct(new MatMul(), types, List.of(TABLE),
        new KernelSpec.Map(TABLE.shape(), List.of(TABLE, TABLE), List.of(epilogue))), in, stack)));
    refused("an epilogue follows another result", kernel(new KernelSpec.Direct(new MatMul(), types, List.of(TABLE),
        new KernelSpec.Map(TABLE.shape(), List.of(FOUR, TABLE), List.of(epilogue))), in, stack));
    refused("an epilogue reads other operands", kernel(new KernelSpec.Direct(new MatMul(), types, List.of(TABLE),
        new KernelSpec.Map(TABLE.shape(), List.of(TABLE, FOUR), List.of(epilogue))), in, stack));
    var third = new KernelSpec.Map(TABLE.shape(), List.of(TABLE, TABLE), List.of(new Expr.Input(2, DType.F32)));
    refused("no operand is Input[index=2, dtype=f32]", kernel(
        new KernelSpec.Direct(new MatMul(), types, List.of(TABLE), third), in, stack));
  }

  @Test
  void chainsHandOn() {
    var link = KernelSpec.Map.copy(TABLE);
    var first = new KernelSpec.Passed(0, false);
    var second = new KernelSpec.Passed(1, false);
    ProgramVerifier.verify(program(chain(List.of(true), List.of(2), link(link, first), link(link, second))));
    refused("a chain has not a mark for each operand", chain(List.of(), List.of(1), link(link, first)));
    refused("a chain's result is none of its links'", chain(List.of(true), List.of(0), link(link, first)));
    refused("a link reads what no link before has made", chain(List.of(true), List.of(1), link(link, second)));
    refused("a link has not its operands", chain(List.of(true), List.of(1), link(link)));
    refused("a link is no map, row or product",
        chain(List.of(true), List.of(1), link(new KernelSpec.Regroup(TABLE, TABLE), first)));
    refused("a link has an epilogue", chain(List.of(true), List.of(1),
        link(new KernelSpec.Direct(new MatMul(), List.of(TABLE), List.of(TABLE), link), first)));
  }

  private static KernelSpec.Link link(KernelSpec spec, KernelSpec.Passed... in) {
    return new KernelSpec.Link(spec, List.of(in));
  }

  private Item chain(List<Boolean> marks, List<Integer> results, KernelSpec.Link... links) {
    return kernel(new KernelSpec.Chain(List.of(TABLE), marks, List.of(links), results), List.of(View.of(rows)), stack);
  }

  @Test
  void someSpecsAreNoKernels() {
    refused("a view is no kernel", kernel(new KernelSpec.View(FOUR, FOUR, List.of(KernelSpec.Axis.of(0))),
        List.of(View.of(x)), a));
    refused("a scan is no kernel", kernel(new KernelSpec.Repeat(null, List.of(FOUR), List.of(FOUR)),
        List.of(View.of(x)), a));
    refused("a regroup changes how many elements there are",
        kernel(new KernelSpec.Regroup(FOUR, TABLE), List.of(View.of(x)), stack));
    refused("a place has not a region for each operand",
        kernel(new KernelSpec.Place(TABLE, 0, List.of(FOUR), List.of()), List.of(View.of(x)), stack));
  }
}
