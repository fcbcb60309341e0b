package dev.gatun.tools.command;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/** A headless Chromium, driven through its DevTools protocol: real clicks at real places. */
final class Browser implements AutoCloseable {
  private static final Pattern LISTENING = Pattern.compile("ws://127\\.0\\.0\\.1:(\\d+)/");
  private static final Pattern PAGE = Pattern.compile("\"type\": \"page\".*?\"webSocketDebuggerUrl\": \"([^\"]+)\"",
      Pattern.DOTALL);
  private static final Pattern VALUE = Pattern.compile("\"value\":\"((?:[^\"\\\\]|\\\\.)*)\"");
  private static final Pattern DATA = Pattern.compile("\"data\":\"([^\"]+)\"");
  private static final long SECONDS = 30;

  private final Process process;
  private final WebSocket socket;
  private final BlockingQueue<String> answers = new LinkedBlockingQueue<>();
  private final StringBuilder faults = new StringBuilder();
  private int number;

  /** Opens a page of so many pixels. */
  Browser(Path profile, Path page, int width, int height) throws IOException, InterruptedException {
    process = new ProcessBuilder("chromium", "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
        "--remote-debugging-port=0", "--user-data-dir=" + profile, "--window-size=" + width + "," + height,
        page.toUri().toString()).redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
    int port = port();
    var client = HttpClient.newHttpClient();
    String url = null;
    for (long end = System.nanoTime() + SECONDS * 1_000_000_000L; url == null && System.nanoTime() < end;) {
      var list = client.send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/json/list")).build(),
          HttpResponse.BodyHandlers.ofString()).body();
      var match = PAGE.matcher(list);
      url = match.find() ? match.group(1) : null;
    }
    if (url == null) {
      throw new IOException("Chromium opened no page");
    }
    socket = client.newWebSocketBuilder().buildAsync(URI.create(url), new Listener()).join();
    call("Runtime.enable", Map.of());
    call("Page.enable", Map.of());
    // The empty page that a browser begins with is complete as well.
    await("location.protocol + document.readyState", "file:complete");
  }

  private int port() throws IOException {
    var reader = new BufferedReader(new InputStreamReader(process.getErrorStream(), StandardCharsets.UTF_8));
    var said = new StringBuilder();
    for (String line; (line = reader.readLine()) != null;) {
      said.append(line).append('\n');
      var match = LISTENING.matcher(line);
      if (match.find()) {
        Thread.ofVirtual().start(() -> reader.lines().forEach(rest -> { }));
        return Integer.parseInt(match.group(1));
      }
    }
    throw new IOException("Chromium did not start: " + said);
  }

  private final class Listener implements WebSocket.Listener {
    private final StringBuilder part = new StringBuilder();

    @Override
    public CompletionStage<?> onText(WebSocket webSocket, CharSequence data, boolean last) {
      part.append(data);
      if (last) {
        var message = part.toString();
        part.setLength(0);
        if (message.startsWith("{\"id\"")) {
          answers.add(message);
        } else if (message.contains("Runtime.exceptionThrown")) {
          faults.append(message).append('\n');
        }
      }
      webSocket.request(1);
      return null;
    }
  }

  private String call(String method, Map<String, ?> parameters) throws InterruptedException {
    var message = new LinkedHashMap<String, Object>();
    message.put("id", ++number);
    message.put("method", method);
    message.put("params", parameters);
    socket.sendText(Json.text(message), true).join();
    var answer = answers.poll(SECONDS, TimeUnit.SECONDS);
    if (answer == null || !answer.startsWith("{\"id\":" + number + ",") || answer.contains("\"error\":")) {
      throw new IllegalStateException(method + ": " + answer);
    }
    return answer;
  }

  /** The value of an expression, as a string. */
  String value(String script) throws InterruptedException {
    var answer = call("Runtime.evaluate", Map.of("expression", "String(" + script + ")", "returnByValue", true));
    var match = VALUE.matcher(answer);
    if (!match.find()) {
      throw new IllegalStateException(script + ": " + answer);
    }
    return match.group(1).replace("\\\"", "\"");
  }

  void await(String script, String wanted) throws InterruptedException {
    for (long end = System.nanoTime() + SECONDS * 1_000_000_000L; System.nanoTime() < end;) {
      if (value(script).equals(wanted)) {
        return;
      }
    }
    throw new IllegalStateException(script + " is " + value(script) + ", not " + wanted);
  }

  /** Clicks into the middle of what a script finds. */
  void click(String script) throws InterruptedException {
    var box = "(" + script + ").getBoundingClientRect()";
    double x = Double.parseDouble(value(box + ".x + " + box + ".width / 2"));
    double y = Double.parseDouble(value(box + ".y + Math.min(12, " + box + ".height / 2)"));
    for (var type : List.of("mousePressed", "mouseReleased")) {
      call("Input.dispatchMouseEvent", Map.of("type", type, "x", x, "y", y, "button", "left", "clickCount", 1));
    }
  }

  void type(String text) throws InterruptedException {
    call("Input.insertText", Map.of("text", text));
  }

  void press(String key) throws InterruptedException {
    for (var type : List.of("keyDown", "keyUp")) {
      call("Input.dispatchKeyEvent", Map.of("type", type, "key", key, "code", key, "windowsVirtualKeyCode", 13));
    }
  }

  void screenshot(Path file) throws IOException, InterruptedException {
    var match = DATA.matcher(call("Page.captureScreenshot", Map.of("format", "png")));
    if (!match.find()) {
      throw new IOException("no screenshot");
    }
    Files.write(file, Base64.getDecoder().decode(match.group(1)));
  }

  /** What scripts of the page threw. */
  String faults() {
    return faults.toString();
  }

  @Override
  public void close() {
    socket.abort();
    process.descendants().forEach(ProcessHandle::destroy);
    process.destroy();
    try {
      process.waitFor(SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
