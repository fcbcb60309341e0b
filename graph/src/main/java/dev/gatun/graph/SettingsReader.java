package dev.gatun.graph;

import dev.gatun.graph.language.Diagnostic;
import dev.gatun.graph.language.LanguageException;
import dev.gatun.graph.language.Place;
import dev.gatun.graph.language.Recipe;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Reads a recipe's settings; what it does not know is an error at its place. */
final class SettingsReader {
  private static final Set<String> KNOWN = Set.of("data", "batch", "epochs", "steps", "seed", "optimizer", "freeze",
      "accumulate", "average", "clip_norm", "clip_value", "clip_weights", "l1", "l2");

  private SettingsReader() {}

  /** The data set that a recipe names, with its arguments; null if none. */
  static Recipe.Call data(Recipe recipe) {
    return find(recipe.common(), "data").map(SettingsReader::call).orElse(null);
  }

  /**
   * The settings of a recipe.
   *
   * @param samples size of the training set: what {@code batch = none} stands for
   */
  static Settings read(Recipe recipe, int samples) {
    var common = recipe.common();
    if (!recipe.steps().isEmpty()) {
      throw fault(recipe.steps().getFirst().settings().isEmpty() ? recipe.place()
          : recipe.steps().getFirst().settings().getFirst().place(), "steps that take turns cannot be trained yet",
          "one `minimize` for the whole recipe");
    }
    if (common.objective() == null) {
      throw fault(recipe.place(), "a recipe needs something to minimize", "add `minimize loss`");
    }
    if (!common.augmentations().isEmpty()) {
      throw fault(common.augmentations().getFirst().place(), "augmentation is not known yet", "leave it out");
    }
    return read(common, samples, Settings.defaults());
  }

  private static Settings read(Recipe.Phase common, int samples, Settings defaults) {
    var optimizers = new ArrayList<Settings.Patterned>();
    var plain = new ArrayList<Settings.Patterned>();
    var frozen = new ArrayList<String>();
    for (var setting : common.settings()) {
      if (!KNOWN.contains(setting.name())) {
        throw fault(setting.place(), "a recipe has no setting `" + setting.name() + "`",
            "known are " + String.join(", ", KNOWN.stream().sorted().toList()));
      }
      var pattern = setting.pattern() == null ? "*" : setting.pattern();
      switch (setting.name()) {
        case "data" -> call(setting);
        case "optimizer" -> (setting.pattern() == null ? plain : optimizers)
            .add(new Settings.Patterned(pattern, optimizer(call(setting))));
        case "freeze" -> frozen.addAll(texts(setting));
        default -> { }
      }
    }
    optimizers.addAll(plain.isEmpty() ? defaults.optimizers() : plain);
    boolean whole = find(common, "batch").filter(s -> s.value() instanceof Recipe.None).isPresent();
    return new Settings(whole ? samples : (int) count(common, "batch", defaults.batch(), Integer.MAX_VALUE),
        (int) count(common, "epochs", defaults.epochs(), Integer.MAX_VALUE),
        count(common, "steps", defaults.steps(), Long.MAX_VALUE), optimizers, shaping(common), frozen,
        find(common, "seed").map(s -> whole(s, Long.MIN_VALUE, Long.MAX_VALUE)).orElse(defaults.seed()));
  }

  private static Settings.Shaping shaping(Recipe.Phase common) {
    return new Settings.Shaping((int) count(common, "accumulate", 1, Integer.MAX_VALUE), limit(common, "clip_value"),
        limit(common, "clip_norm"), factors(common, "l1"), factors(common, "l2"), factors(common, "clip_weights"),
        average(common));
  }

  private static double average(Recipe.Phase common) {
    double kept = limit(common, "average");
    if (kept >= 1) {
      throw fault(find(common, "average").orElseThrow().place(), "`average` wants a number from 0 to below 1",
          "average = 0.999");
    }
    return kept;
  }

  private static double limit(Recipe.Phase common, String name) {
    return find(common, name).map(s -> real(s.value(), s.place())).orElse(0.0);
  }

  /** A setting that may stand several times, for names that fit a pattern or for all. */
  private static List<Settings.Factor> factors(Recipe.Phase common, String name) {
    return common.settings().stream().filter(s -> s.name().equals(name)).map(s ->
        new Settings.Factor(s.pattern() == null ? "*" : s.pattern(), real(s.value(), s.place()))).toList();
  }

  /** A setting that stands once: the last word counts. */
  private static Optional<Recipe.Setting> find(Recipe.Phase phase, String name) {
    return phase.settings().stream().filter(s -> s.name().equals(name)).reduce((a, b) -> b);
  }

  private static long count(Recipe.Phase phase, String name, long otherwise, long most) {
    return find(phase, name).map(s -> whole(s, 1, most)).orElse(otherwise);
  }

  private static long whole(Recipe.Setting setting, long least, long most) {
    if (setting.value() instanceof Recipe.Int i && i.value() >= least && i.value() <= most) {
      return i.value();
    }
    throw fault(setting.place(), "`" + setting.name() + "` wants a whole number from " + least + " to " + most,
        setting.name() + " = 10");
  }

  private static double real(Recipe.Item item, Place place) {
    double value = switch (item) {
      case Recipe.Int i -> i.value();
      case Recipe.Real r -> r.value();
      default -> -1;
    };
    if (!(value >= 0)) {
      throw fault(place, "a number that is not negative was expected", "such as 0.1");
    }
    return value;
  }

  /** One pattern, or a list of them. */
  private static List<String> texts(Recipe.Setting setting) {
    var items = setting.value() instanceof Recipe.Many many ? many.items() : List.of(setting.value());
    return items.stream().map(item -> {
      if (item instanceof Recipe.Text text) {
        return text.value();
      }
      throw fault(setting.place(), "patterns of names were expected", "such as \"features.*\"");
    }).toList();
  }

  private static Recipe.Call call(Recipe.Setting setting) {
    if (setting.value() instanceof Recipe.Call call) {
      return call;
    }
    throw fault(setting.place(), "a name was expected", setting.name() + " = name(…)");
  }

  private static Optimizer optimizer(Recipe.Call call) {
    var arguments = new Arguments(call, switch (call.name()) {
      case "sgd" -> List.of("rate", "momentum", "nesterov");
      case "adam" -> List.of("rate", "beta1", "beta2", "eps");
      case "adamw" -> List.of("rate", "decay", "beta1", "beta2", "eps");
      case "rmsprop" -> List.of("rate", "smoothing", "eps", "momentum");
      case "adagrad" -> List.of("rate", "eps");
      case "lion" -> List.of("rate", "decay", "beta1", "beta2");
      default -> throw fault(call.place(), "no optimizer is called `" + call.name() + "`",
          "known are sgd, adam, adamw, rmsprop, adagrad, lion");
    });
    var rate = schedule(arguments);
    return switch (call.name()) {
      case "sgd" -> new Optimizer.Sgd(rate, arguments.real("momentum", 0), arguments.truth("nesterov"));
      case "rmsprop" -> new Optimizer.RmsProp(rate, arguments.real("smoothing", 0.99), arguments.real("eps", 1e-8),
          arguments.real("momentum", 0));
      case "adagrad" -> new Optimizer.Adagrad(rate, arguments.real("eps", 1e-10));
      case "lion" -> new Optimizer.Lion(rate, arguments.real("beta1", 0.9), arguments.real("beta2", 0.99),
          arguments.real("decay", 0));
      default -> new Optimizer.Adam(rate, arguments.real("beta1", 0.9), arguments.real("beta2", 0.999),
          arguments.real("eps", 1e-8), call.name().equals("adam") ? 0 : arguments.real("decay", 0.01));
    };
  }

  private static Schedule schedule(Arguments of) {
    if (!(of.find("rate") instanceof Recipe.Call call)) {
      return new Schedule.Constant(of.real("rate", 1e-3));
    }
    return switch (call.name()) {
      case "cosine" -> {
        var a = new Arguments(call, List.of("peak", "warmup"));
        yield new Schedule.Cosine(a.real("peak", 1e-3), time(a, "warmup", 0));
      }
      case "linear_decay" -> new Schedule.LinearDecay(new Arguments(call, List.of("rate")).real("rate", 1e-3));
      case "step_decay" -> {
        var a = new Arguments(call, List.of("rate", "every", "factor"));
        yield new Schedule.StepDecay(a.real("rate", 1e-3), time(a, "every", 1), a.real("factor", 0.1));
      }
      case "plateau" -> {
        var a = new Arguments(call, List.of("rate", "factor", "patience"));
        yield new Schedule.Plateau(a.real("rate", 1e-3), a.real("factor", 0.1), a.real("patience", 10));
      }
      case "one_cycle" -> {
        var a = new Arguments(call, List.of("peak", "rise"));
        double rise = a.real("rise", 0.3);
        if (rise > 1) {
          throw fault(call.place(), "rise is a part of all steps, from 0 to 1, found " + rise,
              "one_cycle(1e-2, rise = 0.3)");
        }
        yield new Schedule.OneCycle(a.real("peak", 1e-3), rise);
      }
      default -> throw fault(call.place(), "no schedule is called `" + call.name() + "`",
          "known are cosine, linear_decay, step_decay, one_cycle, plateau");
    };
  }

  /** A number of steps, or {@code epochs(n)}. */
  private static Schedule.Time time(Arguments arguments, String name, long otherwise) {
    return arguments.find(name) instanceof Recipe.Call call && call.name().equals("epochs")
        ? Schedule.Time.epochs(new Arguments(call, List.of("count")).real("count", 1))
        : Schedule.Time.steps(arguments.real(name, otherwise));
  }

  /** The arguments of a call, by position or name. */
  private record Arguments(Recipe.Call call, List<String> names) {
    private Arguments {
      for (var given : call.named().keySet()) {
        if (!names.contains(given)) {
          throw fault(call.place(), call.name() + " has no argument `" + given + "`",
              call.name() + "(" + String.join(", ", names) + ")");
        }
      }
      if (call.positional().size() > names.size()) {
        throw fault(call.place(), call.name() + " takes at most " + names.size() + " arguments",
            call.name() + "(" + String.join(", ", names) + ")");
      }
    }

    private Recipe.Item find(String name) {
      int at = names.indexOf(name);
      return at < call.positional().size() ? call.positional().get(at) : call.named().get(name);
    }

    private double real(String name, double otherwise) {
      var item = find(name);
      return item == null ? otherwise : SettingsReader.real(item, call.place());
    }

    private boolean truth(String name) {
      return find(name) instanceof Recipe.Truth t && t.value();
    }
  }

  static LanguageException fault(Place place, String message, String hint) {
    return new LanguageException(List.of(new Diagnostic(place, message, hint, List.of())));
  }
}
