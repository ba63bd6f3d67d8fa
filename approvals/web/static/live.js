// Tells an open queue that it has moved on, as soon as it has; where that cannot be, it asks now and then.
"use strict";
(() => {
  const news = document.querySelector("#news[data-live]");
  if (!news || !window.EventSource || !window.htmx) return;
  const source = new EventSource(news.dataset.live), poll = news.getAttribute("hx-trigger");
  const by = (trigger) => {
    if (news.getAttribute("hx-trigger") === trigger) return;
    news.setAttribute("hx-trigger", trigger);
    htmx.process(news);
  };
  source.addEventListener("open", () => by("live"));
  source.addEventListener("error", () => by(poll));
  source.addEventListener("moved", (event) => { news.innerHTML = event.data; });
  addEventListener("pagehide", () => source.close());
})();
