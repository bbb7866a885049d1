// Copying the moment as words, asking the office about it; the transcript to copy and to print.
(function (usbkit) {
  "use strict";

  const data = usbkit.data();
  const video = usbkit.player.video;
  const ask = document.getElementById("ask");
  const text = document.getElementById("text");

  // What one can send: title, moment and file, which are the same on every drive, and the website's address.
  document.getElementById("link").addEventListener("click", function (event) {
    const said = data.title + ", " + usbkit.clock(video.currentTime * 1000) + " (" + usbkit.player.file + ")";
    const address = data.target === "web" ? location.href.split("#")[0] : data.web;
    const link = address ? "\n" + address + "#t=" + Math.floor(video.currentTime) : "";
    usbkit.copy(said + link, event.currentTarget);
  });
  if (ask) {
    ask.addEventListener("click", function () {
      ask.hash = "r=" + data.stem + "&t=" + Math.floor(video.currentTime);
    });
  }
  if (text) {
    document.getElementById("copy").addEventListener("click", function (event) {
      const rows = Array.prototype.map.call(text.querySelectorAll(".para"), function (row) {
        return Array.prototype.map.call(row.children, function (cell) {
          return cell.textContent.replace(/\s+/g, " ").trim();
        }).join("\t");
      });
      usbkit.copy(data.title + "\n\n" + rows.join("\n") + "\n", event.currentTarget);
    });
    document.getElementById("print").addEventListener("click", function () {
      window.print();
    });
  }
}(window.usbkit));
