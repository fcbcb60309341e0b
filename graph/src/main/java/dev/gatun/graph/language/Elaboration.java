package dev.gatun.graph.language;

import dev.gatun.memory.DType;
import dev.gatun.memory.Shape;
import dev.gatun.ops.Builder;
import dev.gatun.ops.Random;
import dev.gatun.ops.Source.Role;
import dev.gatun.ops.TensorType;
import dev.gatun.ops.Value;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** What one elaboration has made so far, the calls that are open, and the limits that every program keeps. */
final class Elaboration {

  /** Calls inside each other, as LANGUAGE promises. */
  private static final int DEEPEST_CALL = 200;
  /** Expressions and bodies open at once; {@link OwnStack} holds so many. */
  private static final int DEEPEST = 4_000;
  private static final int MOST_CALLS = 1_000_000;
  /** Expressions evaluated and list elements made in all: seconds of work, and no more. */
  private static final int MOST_STEPS = 5_000_000;
  /** Calls that a message names. */
  private static final int SHOWN_CALLS = 4;

  private final Builder builder = new Builder();
  private final Library library;
  private final boolean training;
  private final Map<String, Variable> variables = new LinkedHashMap<>();
  private final Map<Variable, Value> current = new HashMap<>();
  private final List<Variable.Update> updates = new ArrayList<>();
  private final Map<String, Value> outputs = new LinkedHashMap<>();
  private final Map<String, Integer> draws = new HashMap<>();
  private final Map<Syntax, CallSites> sites = new IdentityHashMap<>();
  private final Deque<Open> calls = new ArrayDeque<>();
  private final Deque<Value> turns = new ArrayDeque<>();
  private boolean recipe;
  private int depth;
  private int steps;
  private int made;

  /** An open call and the updates that wait for its results. */
  private static final class Open {
    private final String shown;
    private final Place place;
    private final List<Pending> pending = new ArrayList<>();
    /** Whether its arguments are bound, so that faults are its own and not the caller's. */
    private boolean entered;

    Open(String shown, Place place) {
      this.shown = shown;
      this.place = place;
    }
  }

  private record Pending(Variable variable, Value next, Place place) {}

  Elaboration(Library library, boolean training) {
    this.library = library;
    this.training = training;
  }

  Builder builder() {
    return builder;
  }

  Library library() {
    return library;
  }

  boolean training() {
    return training;
  }

  /** Whether a recipe is being read, in which names may mean something to others alone. */
  boolean inRecipe() {
    return recipe;
  }

  void enterRecipe() {
    recipe = true;
  }

  Map<String, Variable> variables() {
    return variables;
  }

  Map<String, Value> outputs() {
    return outputs;
  }

  List<Variable.Update> updates() {
    return updates;
  }

  /** The layer calls of a body, counted once. */
  CallSites sites(Syntax body, Supplier<CallSites> count) {
    CallSites known = sites.get(body);
    if (known == null) {
      known = count.get();
      sites.put(body, known);
    }
    return known;
  }

  /** Runs a part one level deeper; refuses it where no honest program goes. */
  <T> T deeper(Place place, Supplier<T> part) {
    spend(1, place);
    if (depth >= DEEPEST) {
      throw fault(place, "calls and expressions are more than " + DEEPEST + " levels deep", "is a recursion without end?");
    }
    depth++;
    try {
      return part.get();
    } finally {
      depth--;
    }
  }

  /** Counts work; refuses what would go on for ever. */
  void spend(int work, Place place) {
    steps += work;
    if (steps > MOST_STEPS) {
      throw fault(place, "this program does not come to an end: after " + MOST_STEPS + " steps it is still at work", "");
    }
  }

  /** Runs the body of a call; its updates are tied to the tensors that it results in. */
  Datum call(String shown, Place place, Supplier<Datum> body) {
    if (calls.size() >= DEEPEST_CALL) {
      throw fault(place, "calls nest more than " + DEEPEST_CALL + " deep", "is a recursion without end?");
    }
    if (++made > MOST_CALLS) {
      throw fault(place, "a model makes at most " + MOST_CALLS + " calls", "");
    }
    var open = new Open(shown, place);
    calls.push(open);
    try {
      Datum result = builder.in(shown, place.toString(), body);
      List<Value> values = tensors(result);
      open.pending.forEach(p -> updates.add(new Variable.Update(p.variable, p.next, values, p.place)));
      return result;
    } finally {
      calls.pop();
    }
  }

  /** Says that the arguments of the innermost call are bound. */
  void entered() {
    calls.element().entered = true;
  }

  private static List<Value> tensors(Datum datum) {
    return switch (datum) {
      case Datum.Tensor t -> List.of(t.value());
      case Datum.Many m -> m.items().stream().flatMap(d -> tensors(d).stream()).toList();
      case Datum.Results r -> r.items().stream().flatMap(d -> tensors(d).stream()).toList();
      case Datum _ -> List.of();
    };
  }

  Variable declare(String path, Syntax.Declare declaration, TensorType type, Initialiser initialiser) {
    Role role = switch (declaration.kind()) {
      case PARAM -> Role.PARAMETER;
      case STATE -> Role.STATE;
      case CACHE -> Role.CACHE;
    };
    Value value = builder.source(path, role, type);
    var variable = new Variable(path, declaration.kind(), type, initialiser, value, declaration.name().place());
    variables.put(path, variable);
    current.put(variable, value);
    return variable;
  }

  /** The latest value of a state. */
  Value latest(Variable variable) {
    return current.get(variable);
  }

  void update(Variable variable, Value next, Place place) {
    current.put(variable, next);
    if (calls.isEmpty()) {
      updates.add(new Variable.Update(variable, next, List.of(), place));
    } else {
      calls.peek().pending.add(new Pending(variable, next, place));
    }
  }

  /** Whether a scan's body is being elaborated. */
  boolean inScan() {
    return !turns.isEmpty();
  }

  /** Elaborates a scan's body, in which {@code turn} is the number of the step. */
  <T> T scan(Value turn, Supplier<T> body) {
    turns.push(turn);
    try {
      return body.get();
    } finally {
      turns.pop();
    }
  }

  /** The key of a random op: folded from seed, run number, call path, and the steps of the scans around it. */
  List<Value> key(String path) {
    var word = TensorType.scalar(DType.I32);
    Value first = builder.source(Elaborated.SEED, Role.INPUT, word);
    Value second = builder.source(Elaborated.RUN, Role.INPUT, word);
    int hash = (path + "#" + draws.merge(path, 1, Integer::sum)).hashCode();
    List<Value> key = folded(first, second, hash);
    for (var turn = turns.descendingIterator(); turn.hasNext(); ) {
      Value step = turn.next();
      key = List.of(folded(key.getFirst(), step, 0).getFirst(), folded(key.getLast(), step, 1).getFirst());
    }
    return key;
  }

  private List<Value> folded(Value first, Value second, int stream) {
    return List.of(builder.apply(new Random(Shape.SCALAR, stream, DType.I32), first, second),
        builder.apply(new Random(Shape.SCALAR, ~stream, DType.I32), first, second));
  }

  /** Where an op comes from, as the user sees it: a library place follows the call that led into it, and names it. */
  String origin(Place place) {
    Place shown = place;
    Open inner = null;
    for (var open = calls.iterator(); library.owns(shown.source()) && open.hasNext(); ) {
      inner = open.next();
      shown = inner.place;
    }
    return inner == null ? shown.toString() : shown + ", in " + inner.shown;
  }

  /** A fault at a place, told from the user's side: library places follow the call that led into them. */
  LanguageException fault(Place place, String message, String hint, String... advice) {
    List<Open> trail = new ArrayList<>(calls);
    Place shown = place;
    List<String> notes = new ArrayList<>();
    if (!trail.isEmpty() && !trail.getFirst().entered && !library.owns(place.source())) {
      trail.removeFirst();
    }
    if (library.owns(place.source())) {
      Open inner = null;
      while (library.owns(shown.source()) && !trail.isEmpty()) {
        inner = trail.removeFirst();
        shown = inner.place;
      }
      if (inner != null) {
        notes.add("in " + inner.shown + " (" + place + ")");
      }
    }
    if (!trail.isEmpty()) {
      List<String> steps = new ArrayList<>();
      for (Open call : trail.subList(0, Math.min(SHOWN_CALLS, trail.size()))) {
        steps.add("in " + call.shown + ", called at " + call.place.seenFrom(shown));
      }
      notes.add(String.join(", ", steps) + (trail.size() > SHOWN_CALLS ? ", …" : ""));
    }
    notes.addAll(List.of(advice));
    return new LanguageException(new Diagnostic(shown, message, hint, notes));
  }
}
