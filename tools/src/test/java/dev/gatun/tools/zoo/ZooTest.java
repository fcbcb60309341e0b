package dev.gatun.tools.zoo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.graph.Model;
import dev.gatun.graph.language.Formatter;
import dev.gatun.graph.language.Program;
import dev.gatun.graph.language.Source;
import dev.gatun.tools.data.DataFolders;
import dev.gatun.tools.data.DataSets;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds for every model of the zoo. */
class ZooTest {
  private static final Pattern PARAMETERS = Pattern.compile("(\\d[\\d ]*) parameters");

  static Iterable<Zoo.Entry> models() {
    return Zoo.all();
  }

  @ParameterizedTest
  @MethodSource("models")
  void isLaidOutAsTheFormatterWould(Zoo.Entry entry) {
    assertEquals(Formatter.format(new Source(entry.name(), entry.text())), entry.text());
  }

  @ParameterizedTest
  @MethodSource("models")
  void hasAsManyParametersAsItsHeaderSays(Zoo.Entry entry) {
    var head = entry.text().substring(0, entry.text().indexOf("\n\n")).replaceAll("\n# ?", " ");
    var stated = PARAMETERS.matcher(head);
    assertTrue(stated.find(), head);
    var model = Model.of(Program.of(new Source(entry.name(), entry.text()), Map.of()));
    var sizes = new HashMap<String, Long>();
    model.program().freeSizes(model.name()).forEach(size -> sizes.put(size, 4L));
    long counted = model.elaborate(sizes, true).parameters().stream().mapToLong(p -> p.type().shape().elements()).sum();
    assertEquals(stated.group(1).strip().replace(" ", ""), Long.toString(counted));
  }

  @ParameterizedTest
  @MethodSource("models")
  void namesADataSetWhoseFieldsFit(Zoo.Entry entry) {
    var source = DataSets.find(entry.dataSet());
    assertNotNull(source);
    assertTrue(entry.text().contains("data = " + entry.dataSet().replace('-', '_')), entry.text());
    if (source.place(new DataFolders(null, null)) != null) {
      var model = Model.of(Program.of(new Source(entry.name(), entry.text()), Map.of()));
      var fields = source.load(new DataFolders(null, null), Map.of()).train().fields();
      assertEquals(fields.keySet(), model.program().inputs(model.name()).keySet());
      model.elaborate(model.sizes(fields, 3), true);
    }
  }
}
