// The words that were searched for, marked in the transcript.
(function (usbkit) {
  "use strict";

  function clear(text) {
    Array.prototype.forEach.call(text.querySelectorAll("mark"), function (element) {
      const parent = element.parentNode;
      element.replaceWith(document.createTextNode(element.textContent));
      parent.normalize();
    });
  }

  // The phrase where it stands in the first of the lines, else each of its words in all of them.
  function set(lines, query, language) {
    const spaceless = usbkit.isSpaceless(language);
    const words = query.trim().split(/\s+/).map(function (word) {
      return usbkit.fold(word, spaceless);
    }).filter(Boolean);
    if (words.length && !markLine(lines[0], [words.join(spaceless ? "" : " ")], spaceless)) {
      lines.forEach(function (line) {
        markLine(line, words, spaceless);
      });
    }
  }

  function markLine(line, needles, spaceless) {
    const walker = document.createTreeWalker(line, window.NodeFilter.SHOW_TEXT);
    const nodes = [];
    while (walker.nextNode()) {
      nodes.push(walker.currentNode);
    }
    nodes.forEach(function (node) {
      usbkit.findMarks(node.data, needles, spaceless).reverse().forEach(function (found) {
        const marked = node.splitText(found[0]);
        marked.splitText(found[1] - found[0]);
        marked.parentNode.replaceChild(usbkit.make("mark", {}, [marked.data]), marked);
      });
    });
    return Boolean(line.querySelector("mark"));
  }

  usbkit.marks = { clear, set };
}(window.usbkit));
