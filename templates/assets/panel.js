// The side panel: transcript, slides, chapters and questions, one at a time. Without scripts they stand one below another.
(function (usbkit) {
  "use strict";

  const list = document.getElementById("tabs");
  const sections = Array.prototype.slice.call(document.querySelectorAll("#panel > section"));
  const tabs = [];

  function show(section) {
    sections.forEach(function (each, at) {
      const isShown = each === section;
      each.hidden = !isShown;
      if (tabs[at]) {
        tabs[at].setAttribute("aria-selected", String(isShown));
        tabs[at].tabIndex = isShown ? 0 : -1;
      }
    });
    document.body.setAttribute("data-panel", section.id);
    usbkit.panel.listeners.forEach(function (listener) {
      listener(section.id);
    });
  }

  function move(event) {
    const at = tabs.indexOf(event.target);
    const isBack = document.documentElement.dir === "rtl" ? event.key === "ArrowRight" : event.key === "ArrowLeft";
    const steps = { ArrowLeft: isBack ? -1 : 1, ArrowRight: isBack ? -1 : 1, Home: -at, End: tabs.length - 1 - at };
    if (at >= 0 && event.key in steps) {
      const next = (at + steps[event.key] + tabs.length) % tabs.length;
      event.preventDefault();
      show(sections[next]);
      tabs[next].focus();
    }
  }

  // What stands above and below the picture is as high as its words; the picture and the panel have the rest.
  function measure() {
    const stage = document.querySelector(".stage");
    const controls = stage.querySelector(".controls").getBoundingClientRect();
    const above = document.querySelector(".watch").getBoundingClientRect().top + window.pageYOffset;
    const root = document.documentElement;
    const line = parseFloat(window.getComputedStyle(root).lineHeight) || 32;
    root.style.setProperty("--above", Math.ceil(above) + "px");
    root.style.setProperty("--below", Math.ceil(controls.bottom - stage.getBoundingClientRect().top + 1.5 * line) + "px");
  }

  usbkit.panel = {
    listeners: [],
    show: function (id) {
      const section = document.getElementById(id);
      if (sections.indexOf(section) >= 0) {
        show(section);
      }
    }
  };
  if (sections.length > 1) {
    sections.forEach(function (section) {
      const heading = section.querySelector("h2");
      const name = section.getAttribute("data-tab") || heading.textContent;
      const tab = usbkit.make("button", {
        type: "button", role: "tab", id: "tab-" + section.id, "aria-controls": section.id
      }, [name]);
      tab.addEventListener("click", function () {
        show(section);
      });
      section.setAttribute("role", "tabpanel");
      section.setAttribute("aria-labelledby", tab.id);
      heading.classList.add("visually-hidden");
      tabs.push(list.appendChild(tab));
    });
    list.hidden = false;
    list.addEventListener("keydown", move);
  }
  show(sections[0]);
  measure();
  window.addEventListener("resize", measure);
}(window.usbkit));
