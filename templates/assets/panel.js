// The side panel: transcript, slides, chapters and questions, one at a time. Without scripts they stand one below another.
(function (usbkit) {
  "use strict";

  const list = document.getElementById("tabs");
  const sections = Array.prototype.slice.call(document.querySelectorAll("#panel > section"));
  const stage = document.querySelector(".stage");
  const tabs = [];

  function show(section) {
    const isFocusLost = sections.some(function (each) {
      return each !== section && each.contains(document.activeElement);
    });
    sections.forEach(function (each, at) {
      const isShown = each === section;
      each.hidden = !isShown;
      if (tabs[at]) {
        tabs[at].setAttribute("aria-selected", String(isShown));
        tabs[at].tabIndex = isShown ? 0 : -1;
      }
    });
    if (isFocusLost) {
      tabs[sections.indexOf(section)].focus({ preventScroll: true });
    }
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

  // What stands above the picture and below it is as high as its words; the picture and the panel have the rest. The
  // picture's width follows from that; its menus are in the window by the style alone.
  function measure() {
    const above = document.querySelector(".watch").getBoundingClientRect().top + window.pageYOffset;
    const root = document.documentElement.style;
    root.setProperty("--above", Math.ceil(above) + "px");
    root.setProperty("--below", "calc(" + stage.offsetHeight + "px + .5rem)");
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
  document.documentElement.classList.remove("waiting");
  show(sections[0]);
  measure();
  window.addEventListener("resize", measure);
  // A smaller picture may leave the menus less room, and they take another row; letters that come later are higher:
  // measured in the next frame, since old engines complain of what changes while they lay out.
  if (window.ResizeObserver) {
    const observer = new window.ResizeObserver(function () {
      window.requestAnimationFrame(measure);
    });
    [stage].concat(Array.prototype.slice.call(document.querySelectorAll(".top, aside, .headline"))).forEach(function (part) {
      observer.observe(part);
    });
  }
}(window.usbkit));
