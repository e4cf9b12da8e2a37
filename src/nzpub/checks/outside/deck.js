// What a deck shows and how it is used, asked in the browser. It becomes `deck`; a fault is [rule, message], or
// [rule, message, slide's id] where a question is about all slides. The rules are those of deck.py.
globalThis.deck = (() => {
  const HAIR = 1;                     // pixels: what rounding moves
  const { ancestors, copy, ink, isSeen, magnification, picture, rgba, texts } = painted;
  const sections = () => [...document.querySelectorAll(".slides section")].filter((each) => !each.querySelector("section"));
  const heading = (section) => section.querySelector("h1, h2, h3, h4, h5, h6");
  const bare = (words) => words.replace(/\s+/g, "");
  const quote = (words) => `“${words.length > 48 ? `${words.slice(0, 48).trim()}…` : words}”`;
  const frames = (count) => new Promise((done) => {
    const step = (left) => (left ? requestAnimationFrame(() => step(left - 1)) : done());
    step(count);
  });

  const slides = () => sections().map((section) => ({
    id: section.id, title: (heading(section)?.textContent ?? "").replace(/\s+/g, " ").trim() }));

  // Show slide `number` with its fragments, or without.
  const go = async (number, fragment = 999) => {
    const { h, v } = Reveal.getIndices(sections()[number]);
    document.activeElement?.blur();
    Reveal.slide(h, v ?? 0, fragment);
    await frames(2);
  };

  // --- what is seen -----------------------------------------------------------------------------------

  // The window, less what an ancestor cuts off.
  const opening = (element) => ancestors(element).filter((each) => getComputedStyle(each).overflow !== "visible")
    .map((each) => each.getBoundingClientRect())
    .reduce((all, box) => ({ left: Math.max(all.left, box.left), right: Math.min(all.right, box.right),
      top: Math.max(all.top, box.top), bottom: Math.min(all.bottom, box.bottom) }),
    { left: 0, top: 0, right: innerWidth, bottom: innerHeight });
  const isInside = (box, room) => box.left >= room.left - HAIR && box.right <= room.right + HAIR
    && box.top >= room.top - HAIR && box.bottom <= room.bottom + HAIR;
  const meet = (one, other) => one.left < other.right - HAIR && other.left < one.right - HAIR
    && one.top < other.bottom - HAIR && other.top < one.bottom - HAIR;

  // All that stands on the slide and around it, each piece with its name, its boxes and the block it belongs to.
  const pieces = (section) => {
    const shown = [section.querySelector(".frame") ?? section, ...document.querySelectorAll(".reveal > .slide-number")];
    const words = shown.flatMap(texts).map((piece) => ({ ...piece, name: quote(piece.words), boxes: piece.lines }));
    const pictures = shown.flatMap((each) => [...each.querySelectorAll("img")]).map((image) => ({
      name: `picture ${quote(image.alt)}`, boxes: [picture(image)], element: image, block: image, isSeen: isSeen(image), image }));
    const arrows = [...document.querySelectorAll(".controls .enabled")].map((button) => ({
      name: `the arrow ${quote(button.ariaLabel ?? "")}`, boxes: [button.getBoundingClientRect()], element: button,
      block: button, isSeen: true }));
    return [...words, ...pictures, ...arrows];
  };

  const hidden = (all, frame) => {
    const faults = all.flatMap(({ name, element, boxes, isSeen: seen }) => {
      if (!seen || !boxes.length) return [["hidden", `${name} is not shown`]];
      return boxes.every((box) => isInside(box, opening(element))) ? [] : [["hidden", `${name} leaves the slide`]];
    });
    const tall = frame && frame.scrollHeight > frame.clientHeight + HAIR;
    return faults.length || !tall ? faults : [["hidden", "the slide holds more than it shows"]];
  };

  // Whether something that is not transparent, and nothing of the piece's own, lies above the middle of its boxes.
  const isCovered = ({ element, boxes }) => boxes.map((box) => document.elementFromPoint(
    (box.left + box.right) / 2, (box.top + box.bottom) / 2)).some((top) => {
    if (!top || top.contains(element) || element.contains(top)) return false;
    const { backgroundColor, backgroundImage } = getComputedStyle(top);
    return top.matches("img, svg, video, canvas, iframe") || backgroundImage !== "none" || rgba(backgroundColor)[3] > 0;
  });
  const covered = (all) => all.filter((piece) => piece.isSeen && isCovered(piece))
    .map(({ name }) => ["overlap", `${name} is covered`]);

  const overlapping = (all) => {
    const seen = all.filter((piece) => piece.isSeen), faults = [], pairs = new Set();
    for (const [number, one] of seen.entries()) {
      for (const other of seen.slice(number + 1)) {
        if (one.block === other.block || pairs.has(`${one.name}${other.name}`)) continue;
        if (!one.boxes.some((box) => other.boxes.some((another) => meet(box, another)))) continue;
        pairs.add(`${one.name}${other.name}`);
        faults.push(["overlap", `${one.name} and ${other.name} overlap`]);
      }
    }
    return faults;
  };

  // A size as it would be on a slide that is 1280 pixels wide, rounded down: 17.96 is not 18.
  const normal = (pixels) => Math.floor((pixels * 1280 / innerWidth + 0.01) * 10) / 10;
  const small = (all, smallest) => all.filter(({ pixels }) => pixels && normal(pixels) < smallest)
    .map(({ name, pixels }) => ["small", `${name} is set in ${normal(pixels)} px`]);

  const isDrawing = (image) => image.currentSrc.startsWith("data:image/svg") || /\.svg([?#]|$)/.test(image.currentSrc);
  const blurred = (images, scale) => images.flatMap(({ name, image }) => {
    if (!image.naturalWidth) return [["blurred", `${name} cannot be shown`]];
    const { width } = picture(image), wanted = Math.round(width * scale);
    return isDrawing(image) || image.naturalWidth >= wanted - HAIR ? []
      : [["blurred", `${name} has ${image.naturalWidth} pixels in a row for ${wanted}`]];
  });

  // --- drawings: an image keeps its words to itself, so they are measured on a copy that stands in its place ---

  const lettering = (drawing) => [...drawing.querySelectorAll("text, tspan")].flatMap((element) => {
    const words = [...element.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE)
      .map((node) => node.data).join(" ").replace(/\s+/g, " ").trim();
    if (!words) return [];
    const style = getComputedStyle(element), { a, b } = element.getScreenCTM();
    const box = element.getBoundingClientRect(), isLevel = Math.abs(b) < 0.01;
    return [{ name: `${quote(words)} in a figure`, block: element, isSeen: true, element,
      boxes: [isLevel ? ink(box, words, style) : box], pixels: parseFloat(style.fontSize) * Math.hypot(a, b) }];
  });

  const drawn = ({ image }, smallest) => {
    if (!image.currentSrc.startsWith("data:image/svg")) return [];
    const drawing = copy(image), room = picture(image);
    document.body.append(drawing);
    const words = lettering(drawing);
    const lost = words.filter(({ boxes }) => !isInside(boxes[0], room)).map(({ name }) => ["hidden", `${name} leaves it`]);
    const faults = [...lost, ...overlapping(words), ...small(words, smallest)];
    drawing.remove();
    return faults;
  };

  // Everything that is wrong with what slide `number` shows; pictures are held to `scale` times the window's pixels.
  const look = async (number, smallest, scale) => {
    await go(number);
    const touchable = document.createElement("style");       // else what lets clicks through cannot be found on top
    touchable.textContent = "* { pointer-events: auto !important }";
    document.head.append(touchable);
    const section = sections()[number], all = pieces(section), images = all.filter(({ image }) => image);
    const meeting = overlapping(all);                         // else each pair would be told twice
    const faults = [...hidden(all, section.querySelector(".frame")), ...(meeting.length ? meeting : covered(all)),
      ...small(all, smallest), ...blurred(images, scale), ...images.flatMap((each) => drawn(each, smallest))];
    touchable.remove();
    return faults;
  };

  const untitled = () => sections().filter((section) => !heading(section)?.textContent.trim())
    .map((section) => ["untitled", "there is no heading", section.id]);

  // --- what is heard and done -----------------------------------------------------------------------------

  // Whether a live region says the title of the slide that was just gone to.
  const isAnnounced = (number) => {
    const said = [...document.querySelectorAll("[aria-live]:not([aria-live=off]), [role=status], [role=alert]")]
      .filter((region) => region.checkVisibility({ visibilityProperty: true }) && !region.closest("[aria-hidden=true]"))
      .map((region) => region.textContent).join(" ");
    return bare(said).includes(bare(slides()[number].title));
  };

  const announced = async () => {
    const faults = [];
    for (const [number, { id }] of slides().entries()) {
      await go(number);
      if (!isAnnounced(number)) faults.push(["silent", "no live region says its title", id]);
    }
    return faults;
  };

  const zoom = () => {
    const content = document.querySelector("meta[name=viewport]")?.content.toLowerCase() ?? "";
    const given = Object.fromEntries(content.split(/[,;]/).map((pair) => pair.split("=").map((side) => side.trim())));
    const faults = [];
    if (["no", "0"].includes(given["user-scalable"]) || parseFloat(given["maximum-scale"]) < 5)
      faults.push(["zoom", `the page limits zooming: ${quote(content)}`]);
    const stiff = ["html", "body", ".reveal"].map((each) => document.querySelector(each)).filter(Boolean)
      .map((each) => getComputedStyle(each).touchAction).find((each) => !/auto|manipulation|pinch-zoom/.test(each));
    if (stiff) faults.push(["zoom", `two fingers cannot zoom: “touch-action: ${stiff}”`]);
    const keys = ["+", "-", "0"].map((key) => new KeyboardEvent("keydown", {
      key, keyCode: { "+": 187, "-": 189, 0: 48 }[key], ctrlKey: true, bubbles: true, cancelable: true }));
    const wheel = new WheelEvent("wheel", { deltaY: -1, ctrlKey: true, bubbles: true, cancelable: true });
    if ([...keys, wheel].some((event) => !document.body.dispatchEvent(event)))
      faults.push(["zoom", "the page keeps Ctrl and +, − or the wheel to itself"]);
    return faults;
  };

  const OPERABLE = "a[href], area[href], button, input, select, textarea, summary, iframe, [contenteditable], [tabindex]";
  let operable = [];                  // what Tab should reach on the slide that is shown

  // List what can be operated on the slide that is shown: name, kind (what looks alike when focused) and box.
  const operables = () => {
    const here = Reveal.getCurrentSlide();
    operable = [...document.querySelectorAll(OPERABLE)].filter((each) => !each.disabled && each.type !== "hidden"
      && isSeen(each) && each.getBoundingClientRect().width && (here.contains(each) || !each.closest(".slides"))
      && !(each.tabIndex < 0 && !each.matches("a[href], button, input, select, textarea, summary")));
    return operable.map((each) => {
      const { x, y, width, height } = each.getBoundingClientRect();
      return { name: quote(each.ariaLabel || each.textContent.trim() || each.tagName), box: [x, y, width, height],
        kind: `${each.tagName} ${each.className} on ${here.className}` };
    });
  };

  // The place in the list of what has the focus: -1 for nothing, -2 for something that is not on it.
  const focused = () => {
    const element = document.activeElement;
    if (!element || element === document.body || element === document.documentElement) return -1;
    const place = operable.indexOf(element);
    return place < 0 ? -2 : place;
  };

  const state = () => ({ id: Reveal.getCurrentSlide().id, at: JSON.stringify(Reveal.getIndices()),
    isFirst: Reveal.isFirstSlide(), isLast: Reveal.isLastSlide() && !Reveal.availableFragments().next,
    moving: document.getAnimations().filter((each) => each.playState === "running").map(({ effect }) => {
      const { target, pseudoElement } = effect;
      return `${target?.tagName.toLowerCase() ?? "something"}${[...target?.classList ?? []].map((each) => `.${each}`).join("")}${pseudoElement ?? ""}`;
    }) });

  // --- the reading view -------------------------------------------------------------------------------

  const unread = () => {
    const faults = [];
    let bottom = -Infinity;
    for (const section of sections()) {
      const shown = section.querySelector(".frame") ?? section, box = shown.getBoundingClientRect();
      const lost = texts(shown).find((piece) => !piece.isSeen || !piece.lines.length);
      if (lost) faults.push(["unread", `${quote(lost.words)} is not shown`, section.id]);
      else if (box.top < bottom - HAIR) faults.push(["unread", "it does not stand below the slide before it", section.id]);
      bottom = Math.max(bottom, box.bottom);
    }
    if (document.documentElement.scrollWidth > innerWidth)
      faults.push(["unread", "the page is wider than the screen", sections()[0]?.id ?? ""]);
    return faults;
  };

  return { announced, focused, go, look, operables, slides, state, unread, untitled, zoom };
})();
