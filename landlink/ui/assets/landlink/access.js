"use strict";
// Access on the map: cells as a picture, or two of them with a slider between before and after; facilities and sites.
window.landlinkAccess = (function () {
  const files = {};
  let share = 0.5;  // where the slider stands; kept while the layers are replaced

  function fetched(url) {
    files[url] = files[url] || fetch(url).then(answer => {
      if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
      return answer.json();
    });
    return files[url];
  }

  // A slider over the whole width of the map; what lies to its right shows the picture after.
  function slider(map, before, after, texts) {
    const control = L.control({position: "topright"});
    const clip = () => {
      const frame = map.getContainer().getBoundingClientRect(), edge = frame.left + share * frame.width;
      for (const [layer, right] of [[before, true], [after, false]]) {
        const image = layer.getElement();
        if (!image) continue;
        const box = image.getBoundingClientRect();
        const cut = Math.max(0, Math.min(box.width, right ? box.right - edge : edge - box.left));
        image.style.clipPath = right ? `inset(0 ${cut}px 0 0)` : `inset(0 0 0 ${cut}px)`;
      }
      line.style.left = `${share * frame.width}px`;
    };
    const line = L.DomUtil.create("div", "ll-swipe", map.getContainer());
    control.onAdd = function () {
      const box = L.DomUtil.create("div", "ll-panel ll-swiper");
      const range = L.DomUtil.create("input", "", box);
      Object.assign(range, {type: "range", min: 0, max: 1, step: 0.005, value: share});
      range.setAttribute("aria-label", texts.swipe);
      L.DomUtil.create("span", "", box).textContent = texts.swipe;
      range.addEventListener("input", () => { share = Number(range.value); clip(); });
      L.DomEvent.disableClickPropagation(box);
      L.DomEvent.disableScrollPropagation(box);
      return box;
    };
    control.addTo(map);
    map.on("move zoom zoomend viewreset resize", clip);
    for (const layer of [before, after]) layer.on("load", clip);
    clip();
    return {remove: () => {
      map.off("move zoom zoomend viewreset resize", clip);
      control.remove();
      line.remove();
    }};
  }

  function show(group, options) {
    const drawn = [];
    const add = layer => { if (group._map) drawn.push(layer.addTo(group._map)); };
    const canvas = L.canvas({padding: 0.3});

    group.on("add", () => {
      const map = group._map;
      drawn.push(landlink.legend(map, options.legend));
      const pictures = options.pictures.map(url => L.imageOverlay(url, options.bounds, {className: "ll-raster", opacity: 0.85}));
      pictures.forEach(add);
      if (pictures.length === 2) drawn.push(slider(map, pictures[0], pictures[1], options.texts));
      fetched(options.borders).then(data => {
        add(L.geoJSON(data, {interactive: false, style: {color: "#3f444b", weight: 1.2, fill: false}}));
      });
      for (const points of options.points) fetched(points.url).then(data => {
        add(L.geoJSON(data, {
          interactive: false,
          pointToLayer: (feature, at) => L.circleMarker(at, {renderer: canvas, radius: points.radius, color: "#fff", weight: points.radius > 3 ? 1 : 0, fillColor: points.color, fillOpacity: 0.95, interactive: false}),
        }));
      });
      if (options.clicked) add(L.circleMarker(options.clicked, {radius: 9, color: "#111", weight: 2, fill: false, interactive: false}));
      window.landlinkAccessDrawn = (window.landlinkAccessDrawn || 0) + 1;
    });
    group.on("remove", () => {
      for (const layer of drawn) layer.remove();
      drawn.length = 0;
      setTimeout(() => { window.feature_group = (window.feature_group || []).filter(other => other !== group); });
    });
  }

  return {show};
})();
landlink.access = landlinkAccess.show;
