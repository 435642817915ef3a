"use strict";
// Sites on the map: chosen parcels, the parcels that were considered, and the cells that each site serves.
window.landlinkSites = (function () {
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

  // Shape and mark of a site, with its popup.
  function marks(site, chosen, options) {
    const edge = chosen ? "#0b5cad" : "#222", ring = chosen ? "#0b5cad" : "#fff";
    const shape = L.geoJSON(site.shape, {style: {color: edge, weight: chosen ? 3 : 1.2, fillColor: site.color, fillOpacity: 0.9}});
    const mark = L.circleMarker(site.at, {radius: chosen ? 9 : 6.5, color: ring, weight: chosen ? 3 : 1.5, fillColor: site.color, fillOpacity: 1, ...options});
    return [shape, mark].map(layer => layer.bindPopup(() => popup(site), {maxWidth: 340, minWidth: 220}));
  }

  function show(group, options) {
    const canvas = L.canvas({padding: 0.3});
    landlink.beside(group, (map, add) => {
      const legend = landlink.legend(map, options.legend);
      group.once("remove", () => legend.remove());
      landlink.fetched(options.borders).then(data => {
        add(L.geoJSON(data, {interactive: false, style: {color: "#3f444b", weight: 1.2, fill: false}}));
      });
      if (options.candidates) landlink.fetched(options.candidates).then(data => {
        add(L.geoJSON(data, {
          interactive: false,
          pointToLayer: (feature, at) => L.circleMarker(at, {renderer: canvas, radius: 2, stroke: false, fillColor: "#6b6f76", fillOpacity: 0.55, interactive: false}),
        }));
      });
      if (options.served) add(L.imageOverlay(options.served, options.bounds, {className: "ll-raster", opacity: 0.6}));
      landlink.fetched(options.sites).then(data => {
        for (const site of data) marks(site, site.id === options.selected).forEach(add);
        window.landlinkSitesDrawn = data.length;
      });
    });
  }

  return {show, marks};
})();
landlink.sites = landlinkSites.show;
