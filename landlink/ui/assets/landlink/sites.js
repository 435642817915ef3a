"use strict";
// Sites on the map: chosen parcels, the parcels that were considered, and the cells that each site serves.
window.landlinkSites = (function () {
  const files = {};

  function fetched(url) {
    files[url] = files[url] || fetch(url).then(answer => {
      if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
      return answer.json();
    });
    return files[url];
  }

  function popup(site) {
    const box = document.createElement("div");
    box.appendChild(document.createElement("b")).textContent = site.title;
    const table = box.appendChild(document.createElement("table"));
    for (const [name, value] of site.rows) {
      const row = table.insertRow();
      row.insertCell().textContent = name;
      const cell = row.insertCell();
      cell.className = "value";
      cell.textContent = value;
    }
    const note = box.appendChild(document.createElement("div"));
    note.className = "ll-about";
    note.textContent = site.note;
    return box;
  }

  function show(group, options) {
    const drawn = [];
    let legend = null;
    const add = layer => { if (group._map) drawn.push(layer.addTo(group._map)); };
    const canvas = L.canvas({padding: 0.3});

    group.on("add", () => {
      const map = group._map;
      legend = landlink.legend(map, options.legend);
      fetched(options.borders).then(data => {
        add(L.geoJSON(data, {interactive: false, style: {color: "#3f444b", weight: 1.2, fill: false}}));
      });
      if (options.candidates) fetched(options.candidates).then(data => {
        add(L.geoJSON(data, {
          interactive: false,
          pointToLayer: (feature, at) => L.circleMarker(at, {renderer: canvas, radius: 2, stroke: false, fillColor: "#6b6f76", fillOpacity: 0.55, interactive: false}),
        }));
      });
      if (options.served) add(L.imageOverlay(options.served, options.bounds, {className: "ll-raster", opacity: 0.6}));
      fetched(options.sites).then(data => {
        for (const site of data) {
          const chosen = site.id === options.selected;
          const shape = L.geoJSON(site.shape, {style: {color: chosen ? "#0b5cad" : "#222", weight: chosen ? 3 : 1.2, fillColor: site.color, fillOpacity: 0.9}});
          const mark = L.circleMarker(site.at, {radius: chosen ? 9 : 6.5, color: chosen ? "#0b5cad" : "#fff", weight: chosen ? 3 : 1.5, fillColor: site.color, fillOpacity: 1});
          for (const layer of [shape, mark]) add(layer.bindPopup(() => popup(site), {maxWidth: 340, minWidth: 220}));
        }
        window.landlinkSitesDrawn = data.length;
      });
    });
    group.on("remove", () => {
      for (const layer of drawn) layer.remove();
      drawn.length = 0;
      if (legend) legend.remove();
      setTimeout(() => { window.feature_group = (window.feature_group || []).filter(other => other !== group); });
    });
  }

  return {show};
})();
landlink.sites = landlinkSites.show;
