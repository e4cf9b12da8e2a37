// What a page paints: its words with the ink they cover, their size and colour, and its pictures.
// It becomes `painted`, which the validators ask. All measures are in CSS pixels of the window.
globalThis.painted = (() => {
  const pen = document.createElement("canvas").getContext("2d");
  const UNREAD = "script, style, template, annotation, annotation-xml";

  // "rgb(1 2 3 / 50%)" in any notation → [red, green, blue, opacity from 0 to 1].
  const rgba = (colour) => {
    pen.canvas.width = pen.canvas.height = 1;
    pen.fillStyle = colour;
    pen.fillRect(0, 0, 1, 1);
    const [red, green, blue, opacity] = pen.getImageData(0, 0, 1, 1).data;
    return [red, green, blue, opacity / 255];
  };

  const ancestors = (element) => {
    const found = [];
    for (let each = element; each; each = each.parentElement) found.push(each);
    return found;
  };

  const isSeen = (element) => element.checkVisibility({ opacityProperty: true, visibilityProperty: true })
    && rgba(getComputedStyle(element).color)[3] > 0;

  // How much larger than its style says an element is painted.
  const magnification = (element) => ancestors(element).reduce((product, each) => {
    const { a, b } = new DOMMatrix(getComputedStyle(each).transform);
    return product * Math.hypot(a, b);
  }, element.currentCSSZoom ?? 1);

  // The element whose lines the words belong to: what is above and below inside it is its own affair.
  const block = (element) => {
    const outer = element.closest("math")?.parentElement ?? element;
    return ancestors(outer).find((each) => !/^(inline|contents)/.test(getComputedStyle(each).display)) ?? outer;
  };

  // The part of a line's box that its letters cover: the box has room for accents that few letters have.
  const ink = (box, words, style) => {
    pen.font = `${style.fontStyle} ${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
    const { fontBoundingBoxAscent: above, fontBoundingBoxDescent: below,
      actualBoundingBoxAscent: high, actualBoundingBoxDescent: low } = pen.measureText(words);
    const at = (height) => box.top + box.height * (above - height) / (above + below);
    return { left: box.left, right: box.right, top: at(high), bottom: at(-low) };
  };

  // One piece for each run of words in `root`: its words, the lines of ink, its element and its block.
  const texts = (root) => {
    const found = [], walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT), range = document.createRange();
    for (let node; (node = walker.nextNode());) {
      const element = node.parentElement, words = node.data.replace(/\s+/g, " ").trim();
      if (!words || element.closest(UNREAD)) continue;
      const style = getComputedStyle(element);
      range.selectNodeContents(node);
      const lines = [...range.getClientRects()].filter((box) => box.width).map((box) => ink(box, words, style));
      found.push({ words, lines, element, block: block(element), isSeen: isSeen(element),
        pixels: parseFloat(style.fontSize) * magnification(element) });
    }
    return found;
  };

  // Where a picture's own pixels are: `object-fit` may leave room beside them.
  const picture = (image) => {
    const box = image.getBoundingClientRect();
    const ratio = image.naturalWidth / image.naturalHeight;
    if (getComputedStyle(image).objectFit !== "contain" || !ratio) return box;
    const width = Math.min(box.width, box.height * ratio), height = width / ratio;
    return new DOMRect(box.left + (box.width - width) / 2, box.top + (box.height - height) / 2, width, height);
  };

  // A drawing keeps its words to itself: this is the drawing as an element that is to stand in the image's place.
  const copy = (image) => {
    const bytes = Uint8Array.from(atob(image.currentSrc.split(",")[1]), (letter) => letter.charCodeAt(0));
    const drawing = new DOMParser().parseFromString(new TextDecoder().decode(bytes), "image/svg+xml").documentElement;
    const { left, top, width, height } = picture(image);
    if (!drawing.hasAttribute("viewBox")) drawing.setAttribute("viewBox", `0 0 ${image.naturalWidth} ${image.naturalHeight}`);
    drawing.setAttribute("style", `position: absolute; left: ${left + scrollX}px; top: ${top + scrollY}px; `
      + `width: ${width}px; height: ${height}px; z-index: 2147483647`);
    return drawing;
  };

  // What `contrast.py` needs of the words in the drawings: as `inks`, of copies that stay, their words unpainted.
  let copies = [], hidden = [];
  const drawnInks = () => {
    const images = [...document.querySelectorAll("img")].filter((image) => image.currentSrc.startsWith("data:image/svg+xml;base64")
      && image.naturalWidth && isSeen(image) && image.getBoundingClientRect().width && isOn(image));
    copies = images.map((image) => {
      const drawing = copy(image);
      document.body.append(drawing);
      return drawing;
    });
    const found = copies.flatMap((drawing, number) => [...drawing.querySelectorAll("text, tspan")]
      .flatMap((element) => drawnInk(element, images[number])));
    for (const element of copies.flatMap((drawing) => [...drawing.querySelectorAll("text, tspan")])) {
      const isHaloed = getComputedStyle(element).paintOrder.startsWith("stroke");      // what is below a letter stays
      element.style.fill = "transparent";
      if (!isHaloed) element.style.stroke = "none";
    }
    hidden = images.map((image) => [image, image.style.visibility]);      // its words would show through
    for (const image of images) image.style.visibility = "hidden";
    return found;
  };

  // Whether an image is on the slide that is shown, if the page is a deck.
  const isOn = (image) => typeof Reveal === "undefined" || !image.closest(".slides")
    || Reveal.getCurrentSlide().contains(image);

  const drawnInk = (element, image) => {
    const words = [...element.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE)
      .map((node) => node.data).join(" ").replace(/\s+/g, " ").trim();
    const style = getComputedStyle(element);
    if (!words || style.fill === "none" || style.fill.startsWith("url")) return [];
    const [red, green, blue, own] = rgba(style.fill), { a, b } = element.getScreenCTM();
    const opacity = [...ancestors(element), ...ancestors(image)].reduce(
      (product, each) => product * getComputedStyle(each).opacity, own * style.fillOpacity);
    const pixels = parseFloat(style.fontSize) * Math.hypot(a, b), box = element.getBoundingClientRect();
    const line = Math.abs(b) < 0.01 ? ink(box, words, style) : box;
    return [{ words, colour: [red, green, blue], opacity, isLarge: isLarge(pixels, style), lines: [page(line)] }];
  };

  const clear = () => {
    copies.forEach((drawing) => drawing.remove());
    hidden.forEach(([image, visibility]) => { image.style.visibility = visibility; });
  };

  const isLarge = (pixels, style) => pixels >= 24 || (pixels >= 18.66 && style.fontWeight >= 700);   // WCAG 2.2: 18 pt, bold 14 pt
  const page = (box) => [box.left + scrollX, box.top + scrollY, box.right + scrollX, box.bottom + scrollY];

  // What `contrast.py` needs of the words that stand directly in the elements: lines on the whole page, colour, size.
  const inks = (selectors) => selectors.flatMap((selector) => [...document.querySelectorAll(selector)])
    .flatMap((element) => texts(element).filter((piece) => piece.element === element && piece.isSeen))
    .map(({ words, lines, element, pixels }) => {
      const style = getComputedStyle(element), [red, green, blue, own] = rgba(style.color);
      const opacity = ancestors(element).reduce((product, each) => product * getComputedStyle(each).opacity, own);
      return { words, colour: [red, green, blue], opacity, isLarge: isLarge(pixels, style), lines: lines.map(page) };
    });

  return { ancestors, block, clear, copy, drawnInks, ink, inks, isSeen, magnification, picture, rgba, texts };
})();
