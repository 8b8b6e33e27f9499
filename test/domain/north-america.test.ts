import { parsePhoneNumberFromString, type CountryCode } from 'libphonenumber-js/max';
import { expect, test } from 'vitest';
import { regionOfPhone, territoryNamed } from '../../src/domain/north-america.ts';

/**
 * What Google's libphonenumber 9.0.43 (Apache 2.0) says of whole area codes, by its data for geocoding and for time
 * zones: states or provinces | zones, `America/` left out | area codes.
 */
const known = `
AB|Edmonton|368 403 587 780 825
AK|Adak Anchorage|907
AL|Chicago|205 251 256 334 659 938
AR|Chicago|327 479 501 870
AZ|Phoenix|480 520 602 623 928
BC|Vancouver|236 250 257 604 672 778
CA|Los_Angeles|209 213 279 323 341 350 369 408 415 424 442 510 530 559 562 619 626 628 650 657 661 669 707 714 738 747 760 805 818 820 831 840 858 909 916 925 949 951
CO|Denver|303 719 720 748 970 983
CT|New_York|475 860 959
DC|New_York|202 771
DE|New_York|302
FL|Chicago|689
FL|New_York|239 305 321 324 352 386 407 448 561 645 656 727 728 754 772 786 813 850 863 904 941 954
GA|New_York|229 404 470 478 678 706 762 770 912 943
HI|Pacific/Honolulu|808
IA|Chicago|319 515 563 641 712
ID|Boise Los_Angeles|208
ID|Boise Los_Angeles|986
IL|Chicago|217 224 309 312 331 447 464 618 630 708 730 773 779 815 847 872
IN|New_York|219 260 317 463 574 765 812 930
KS|Chicago|316 620 785 913
KY|New_York|270 364 502 606 859
LA|Chicago|225 318 337 504 985
MA|New_York|339 351 413 508 617 774 781 857 978
MB|Winnipeg|204 431 584
MD|New_York|227 240 301 410 443 667
ME|New_York|207
MI|New_York|231 248 269 313 517 586 616 734 810 906 947 989
MN|Chicago|218 320 507 612 651 763 952
MO|Chicago|235 314 417 557 573 636 660 816 975
MS|Chicago|228 601 662 769
MT|Denver|406
NB|Halifax|428 506
NC|New_York|252 336 472 704 743 828 910 919 980 984
ND|Denver North_Dakota/Center|701
NE|Chicago|308 402 531
NH|New_York|603
NJ|New_York|201 551 609 640 732 848 856 862 908 973
NL|Halifax St_Johns|709
NL|Puerto_Rico St_Johns|879
NM|Denver|505 575
NS PE|Halifax|782 902
NT NU YT|Fort_Nelson|867
NV|Boise Los_Angeles|775
NV|Los_Angeles|702 725
NY|New_York|212 315 329 332 347 363 516 518 585 607 631 646 680 716 838 845 914 917 929 934
OH|New_York|216 220 234 283 326 330 380 419 440 513 567 614 740 937
OK|Chicago|405 539 572 580 918
ON|Toronto|226 249 289 343 365 382 416 437 519 548 613 647 683 705 742 753 807 942
OR|Los_Angeles|458 503 541 971
PA|New_York|215 223 267 272 412 445 484 570 582 610 717 724 814 835 878
QC|Toronto|263 273 354 367 418 438 450 468 514 579 581 819 873
RI|New_York|401
SC|New_York|803 821 839 843 854 864
SD|Denver North_Dakota/Center|605
SK|Regina|306 639
SK|Winnipeg|474
TN|Chicago|423 615 629 731 901 931
TN|New_York|865
TX|Chicago|210 214 254 281 325 346 361 409 430 432 469 512 682 726 737 806 817 830 832 903 936 940 945 956 972 979
TX|Denver|915
UT|Denver|385 435 801
VA|New_York|276 434 540 571 686 703 757 804 826 948
VT|New_York|802
WA|Los_Angeles|206 253 360 425 509 564
WI|Chicago|262 274 353 414 534 608 715 920
WV|New_York|304 681
WY|Denver|307`;

/** Assigned, and not in use yet when libphonenumber was made: none of its numbers is valid so far. */
const newer = ['357', '387', '436', '457', '465', '471', '621', '624', '679', '729', '837', '861', '924'];

/**
 * Where libphonenumber is not followed. Orlando is in the east of Florida; Saskatchewan keeps its clocks all year;
 * Labrador changes its.
 */
const otherwise = ['474', '689', '879'];

const areaCodes = Array.from({ length: 800 }, (_, n) => String(200 + n));

const lines = known
  .trim()
  .split('\n')
  .map((line) => {
    const [states, zones, codes] = line.split('|').map((part) => part.split(' ')) as [
      string[],
      string[],
      string[],
    ];
    return {
      states,
      zones: zones.map((zone) => (zone.startsWith('Pacific/') ? zone : `America/${zone}`)),
      codes,
    };
  });

/** What its clocks show in winter and in summer. */
function clockOf(zone: string): string {
  const format = new Intl.DateTimeFormat('en', { timeZone: zone, dateStyle: 'short', timeStyle: 'short' });
  return ['2026-01-15T12:00Z', '2026-07-15T12:00Z'].map((at) => format.format(new Date(at))).join(', ');
}

/** The countries in which libphonenumber knows numbers of an area code that are of a place. */
function countriesOf(area: string): CountryCode[] {
  const found = ['234', '555', '345', '600', '777', '421', '622'].flatMap((exchange) => {
    const number = parsePhoneNumberFromString(`+1${area}${exchange}4567`);
    return number?.isValid() && number.getType()?.startsWith('FIXED') ? [number.country!] : [];
  });
  // Its territories are of the USA, by law as by postal code.
  const ofUsa = found.map((country) => (territoryNamed(country) ? 'US' : country));
  return [...new Set(ofUsa)].filter((country) => country === 'US' || country === 'CA');
}

test('every area code of the USA and Canada has the state or province that libphonenumber knows it by', () => {
  for (const { states, codes } of lines) {
    for (const area of codes) {
      const region = regionOfPhone(`+1${area}5550123`);
      if (states.length === 1) expect([area, region?.code]).toEqual([area, states[0]]);
      else expect(states).toContain(region?.code);
    }
  }
});

test('and all the time zones: nobody is taken to be awake where it does not know it', () => {
  const missing = lines.flatMap(({ zones, codes }) =>
    codes.filter((area) => {
      const ours = new Set((regionOfPhone(`+1${area}5550123`)?.zones ?? []).map(clockOf));
      return zones.some((zone) => !ours.has(clockOf(zone)));
    }),
  );
  expect(missing.sort()).toEqual(otherwise);
});

test('no area code is missing, of a territory neither, none is of the other country, and none is made up but those too new', () => {
  const wrong = areaCodes.flatMap((area) => {
    const [country = null] = countriesOf(area);
    const ours = regionOfPhone(`+1${area}5550123`)?.country ?? null;
    return country === ours ? [] : [area];
  });
  expect(wrong).toEqual(newer);
});
