package dev.gatun.tools.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page of {@code gatun viz} in a real browser: {@code mvn test -Dbrowser}, with Chromium on the path. */
@Tag("browser")
class GraphPageTest {
  private static final String BOXES = "document.querySelectorAll('.box').length";

  @TempDir
  private Path folder;

  private static String named(String name) {
    return "[...document.querySelectorAll('.box')].find(b => b.querySelector('text').textContent.startsWith('" + name
        + "'))";
  }

  private Browser open(String model) throws IOException, InterruptedException {
    var page = folder.resolve(model + ".html");
    Shell.run("viz", model, "-o", page.toString()).good();
    return new Browser(Path.of("target", "browser", model).toAbsolutePath(), page, 1280, 800);
  }

  @Test
  void aClickFoldsAndUnfoldsABlock() throws IOException, InterruptedException {
    try (var browser = open("lenet")) {
      assertEquals("lenet", browser.value("document.querySelector('h1').textContent"));
      int folded = Integer.parseInt(browser.value(BOXES));
      assertEquals("false", browser.value(named("conv(6)") + ".getAttribute('aria-expanded')"));
      browser.click(named("conv(6)"));
      assertEquals("true", browser.value(named("conv(6)") + ".getAttribute('aria-expanded')"));
      int unfolded = Integer.parseInt(browser.value(BOXES));
      assertTrue(unfolded > folded, unfolded + " boxes, before " + folded);
      assertTrue(browser.value("document.querySelector('aside').textContent").contains("a block of"), "no details");
      browser.click(named("convolve"));
      assertTrue(browser.value("document.querySelector('aside').textContent").contains("lenet.gat:4:"), "no place");
      browser.click(named("conv(6)"));
      assertEquals("" + folded, browser.value(BOXES));
      assertEquals("", browser.faults());
    }
  }

  /** What is found lies in a block, which opens; its box is the one that is chosen, and in sight. */
  @Test
  void aSearchLeadsIntoBlocks() throws IOException, InterruptedException {
    try (var browser = open("resnet-small")) {
      browser.click("document.querySelector('#search')");
      browser.type("convolve");
      assertTrue(browser.value("document.querySelector('#matches').textContent").matches("\\d+ found"),
          browser.value("document.querySelector('#matches').textContent"));
      assertTrue(Integer.parseInt(browser.value("document.querySelectorAll('.found').length")) > 0,
          "nothing is marked");
      browser.press("Enter");
      assertEquals("convolve", browser.value("document.querySelector('.chosen text').textContent"));
      double y = Double.parseDouble(browser.value("document.querySelector('.chosen').getBoundingClientRect().y"));
      assertTrue(y > 0 && y < 800, "the box lies at " + y);
      assertEquals("", browser.faults());
    }
  }

  /** Every block of every model can be opened; the pictures are left for people. */
  @Test
  void allBlocksOfAllModelsUnfold() throws IOException, InterruptedException {
    var pictures = Files.createDirectories(Path.of("target", "viz"));
    for (var model : new String[] {"mlp", "lenet", "resnet-small", "lstm", "gpt-char"}) {
      try (var browser = open(model)) {
        browser.screenshot(pictures.resolve(model + "-folded.png"));
        browser.click("document.querySelector('#unfold')");
        assertEquals("0", browser.value("document.querySelectorAll('.fold').length"));
        browser.screenshot(pictures.resolve(model + ".png"));
        browser.click("document.querySelector('#larger')");
        browser.click("document.querySelector('#givens')");
        assertTrue(Integer.parseInt(browser.value("document.querySelectorAll('.parameter').length")) > 0,
            "no parameter is shown");
        browser.click("document.querySelector('#refold')");
        assertEquals("0", browser.value("document.querySelectorAll('.open').length"));
        assertEquals("", browser.faults());
      }
    }
  }
}
